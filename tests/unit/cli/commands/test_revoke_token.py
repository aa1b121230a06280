"""`jwx revoke-token`: says what will happen, asks, puts the token on the list and waits for the CDN."""

from __future__ import annotations

import json

import pytest

from jwx.jose.jws import parse_payload, parse_unverified
from jwx.ring.token_revocation import live_tokens
from tests.unit.cli.commands.golden import golden
from tests.unit.cli.commands.people import Person


def _listed(person: Person, issuer: str = "default") -> list[tuple[str, int]]:
    ring = person.world.store.rings[issuer]
    return [(token.jti, token.exp) for token in live_tokens(ring, person.world.clock())]


def _named(token: str) -> tuple[str, int]:
    claims = parse_payload(parse_unverified(token).payload)
    return claims["jti"], claims["exp"]


def test_a_token_is_revoked_by_itself(person: Person) -> None:
    """What it is, what follows from it, the question, the steps, the end."""
    token = person.token()
    jti, exp = _named(token)

    ended = person.jwx("revoke-token", token, answers="y\n")

    assert (ended.code, _listed(person)) == (0, [(jti, exp)])
    said = "".join(f"{line.rstrip()}\n" for line in ended.out.replace(jti, "JTI").splitlines())
    assert said == golden("revoke_token")


def test_then_it_is_refused(person: Person) -> None:
    """The two commands agree on what the list is."""
    token = person.token()
    assert person.jwx("inspect", "-", stdin=token).code == 0
    person.jwx("revoke-token", "-", "--yes", stdin=f"Bearer {token}\n")

    ended = person.jwx("inspect", "-", stdin=token)

    assert (ended.code, "Refused (revoked_token)" in ended.out) == (1, True)


def test_a_token_says_whose_it_is(person: Person) -> None:
    """The list of its own issuer takes it, and no other."""
    person.jwx("issuer", "create", "orders")
    claims = {"claims": {"sub": "svc-1", "aud": "api://orders"}, "issuer": "orders", "typ": "JWT"}
    token = str(person.stack.invoke("signer", claims)["token"])

    assert person.jwx("revoke-token", token, "--yes").code == 0
    assert (_listed(person, "orders"), _listed(person)) == ([_named(token)], [])


def test_a_no_changes_nothing(person: Person) -> None:
    """The question is a real one, and a script must say --yes."""
    token = person.token()
    assert person.jwx("revoke-token", token, answers="n\n").code == 1
    assert person.jwx("revoke-token", token).code == 2
    assert _listed(person) == []


def test_a_made_up_token_revokes_no_other(person: Person) -> None:
    """Who sends a token to be revoked must not choose whose name goes on the list."""
    header, _, signature = person.token(note="mine").split(".")
    _, payload, _ = person.token(note="another's").split(".")

    ended = person.jwx("revoke-token", f"{header}.{payload}.{signature}", "--yes")

    assert (ended.code, _listed(person)) == (3, [])
    assert ended.err.startswith("jwx: Nothing was changed, the token is not good: Its signature")
    assert ended.err.endswith("Give --jti and --expires to have it listed all the same.\n")


@pytest.mark.parametrize("text", ["nonsense", "a.b.c"])
def test_what_is_no_token_is_told(person: Person, text: str) -> None:
    """Before anything is asked of the rotation."""
    assert person.jwx("revoke-token", text, "--yes").code == 3
    assert person.stack.requests == []


def test_keys_that_cannot_be_read_leave_it_open(person: Person) -> None:
    """Then nothing can be told of the token, and trying again helps."""
    token = person.token()
    person.silent = True

    assert person.jwx("revoke-token", token, "--yes").code == 4
    assert _listed(person) == []


def test_a_name_is_enough(person: Person) -> None:
    """Who has only the log line of the token has its jti and when it expires."""
    ended = person.jwx("revoke-token", "--jti", "Vn7vUi0cR1uT9Bq2xkYw3A", "--expires", "1d", "--yes")

    assert ended.code == 0
    assert _listed(person)[0][0] == "Vn7vUi0cR1uT9Bq2xkYw3A"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Which token? Give it, or - to read it, or --jti and --expires."),
        (("--jti", "a"), "Which token?"),
        (("--expires", "1d"), "Which token?"),
        (("a.b.c", "--jti", "a"), "A token says itself what --jti, --expires and --issuer would."),
        (("--jti", "a", "--expires", "soon"), "--expires: 'soon' is no time"),
        (("--jti", "a", "--expires", "999999999999d"), "--expires: '999999999999d' is no time"),
    ],
)
def test_wrong_usage_never_reaches_the_stack(
    person: Person, arguments: tuple[str, ...], sentence: str
) -> None:
    """One sentence that says what to give."""
    ended = person.jwx("revoke-token", *arguments, "--yes")

    assert (ended.code, person.stack.requests) == (2, [])
    assert ended.err.startswith(f"jwx: {sentence}")


def test_a_name_that_is_none_is_refused_by_the_function(person: Person) -> None:
    """Its own words reach the person."""
    ended = person.jwx("revoke-token", "--jti", "a b", "--expires", "1d", "--yes")

    assert (ended.code, ended.err.startswith("jwx: InvalidRequest: jti: ")) == (3, True)


def test_it_goes_on_until_the_edge_shows_it(person: Person) -> None:
    """An edge that cannot be told just now is told by the runs that follow."""
    person.world.publication.unreachable = True

    ended = person.jwx("revoke-token", person.token(), "--yes", "--wait", "60")

    assert ended.code == 4
    assert "The token is on the list that the origin serves. Not finished yet: " in ended.err
    assert "without the key" not in ended.err


def test_json_tells_what_is_left(person: Person) -> None:
    """A program learns whether it must look again."""
    ended = person.jwx("revoke-token", person.token(), "--yes", "--json")

    assert (ended.code, json.loads(ended.out)["unfinished"]) == (0, [])
