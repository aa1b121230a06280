"""`jwx inspect`: what a token says, and precisely why it would be refused."""

from __future__ import annotations

import json

import pytest

from jwx.jose import base64url
from tests.unit.cli.commands.golden import golden, with_named_keys
from tests.unit.cli.commands.people import BASE, Person


def tampered(token: str, **claims: object) -> str:
    """The token with other claims and the old signature."""
    header, payload, signature = token.split(".")
    changed = json.loads(base64url.decode(payload)) | claims
    return f"{header}.{base64url.encode(json.dumps(changed).encode())}.{signature}"


def test_a_good_token_is_explained(person: Person) -> None:
    """Header, claims, times in words, and the verdict."""
    token = person.token(scope="orders:read", jti_of_mine="x")
    person.world.clock.advance(90)

    ended = person.jwx("inspect", token, "--audience", "api://orders")

    text = "\n".join(line for line in ended.out.splitlines() if not line.startswith("jti "))
    assert ended.code == 0
    assert with_named_keys(person, text) == golden("inspect")


def test_a_token_comes_from_standard_input(person: Person) -> None:
    """So that it is in no list of processes and no history; `Bearer` before it does no harm."""
    ended = person.jwx("inspect", "-", stdin=f"Bearer {person.token()}\n")

    assert (ended.code, f"Accepted: {BASE} signed it." in ended.out) == (0, True)


def test_without_a_stack_the_token_names_its_issuer(person: Person) -> None:
    """That is no proof of anything, and told so."""
    ended = person.jwx("inspect", person.token(), stack=None)

    assert ended.code == 0
    assert "It was held against the issuer that it names itself" in ended.out
    assert person.targets == []


def test_only_public_documents_are_fetched(person: Person) -> None:
    """The token, or any part of it, goes nowhere."""
    token = person.token()
    person.jwx("inspect", token, stack=None)

    assert person.fetched == [f"{BASE}/.well-known/openid-configuration", f"{BASE}/.well-known/jwks.json"]


def refusal(person: Person, token: str, *options: str) -> str:
    """The verdict on a token that must be refused."""
    ended = person.jwx("inspect", token, *options)
    assert ended.code == 1
    return ended.out[ended.out.index("Refused") :].splitlines()[0]


def test_an_expired_token(person: Person) -> None:
    """Since when, and what was granted."""
    token = person.token()
    person.world.clock.advance(4000)

    assert refusal(person, token) == (
        "Refused (expired): It expired 6 min 40 s ago, at 2027-01-15 11:00:00 UTC; "
        "a leeway of 60 s is granted already."
    )


def test_a_token_that_was_revoked_by_itself(person: Person) -> None:
    """Its key is good and it has time left: only the issuer's list tells."""
    token = person.token()
    claims = json.loads(base64url.decode(token.split(".")[1]))
    person.world.do("revoke_token", jti=claims["jti"], exp=claims["exp"])

    assert refusal(person, token) == (
        f"Refused (revoked_token): It was revoked by itself: its jti {claims['jti']!r} is on its issuer's "
        "list of revoked tokens. A verifier that does not ask for the list takes it until it expires."
    )


def test_without_a_stack_no_list_of_revoked_tokens_is_asked(person: Person) -> None:
    """Other issuers have none, and that is told."""
    ended = person.jwx("inspect", person.token(), "--issuer-url", BASE)

    assert ended.code == 0
    assert "Whether it was revoked by itself was not checked" in ended.out
    assert not any("revoked" in url for url in person.fetched)


def test_a_tampered_token(person: Person) -> None:
    """The signature is not one over these claims."""
    assert refusal(person, tampered(person.token(), sub="admin")).startswith(
        f"Refused (bad_signature): Its signature is not one of the key {person.active()} over this header"
    )


def test_a_token_of_a_revoked_key(person: Person) -> None:
    """The stack remembers what became of the key."""
    token, kid = person.token(), person.active()
    person.world.do("revoke", kid=kid)
    person.world.clock.advance(110)

    assert refusal(person, token) == (
        f"Refused (unknown_key): Its key {kid} is not in the issuer's JWK Set: it is revoked since 2 min ago."
    )


def test_a_token_of_a_key_that_nobody_knows(person: Person) -> None:
    """Without a stack there is less to say, and it is said."""
    token = person.token()
    person.world.do("revoke", kid=person.active())

    ended = person.jwx("inspect", token, stack=None)

    assert "revoked, retired, or never one of this issuer's." in ended.out


def test_a_token_for_somebody_else(person: Person) -> None:
    """Both sides are named."""
    assert refusal(person, person.token(), "--audience", "api://mail") == (
        "Refused (wrong_audience): It is for 'api://orders', and none of these is there: api://mail."
    )


def test_a_token_of_another_issuer(person: Person) -> None:
    """To the character."""
    assert refusal(person, tampered(person.token(), iss="https://evil.example")) == (
        "Refused (unknown_issuer): It says it is from 'https://evil.example', and the issuer to be trusted "
        f"is '{BASE}'."
    )


def test_a_token_of_another_type(person: Person) -> None:
    """An ID token is no access token."""
    token = person.stack.invoke("signer", {"claims": {"sub": "s", "aud": "a"}, "typ": "JWT"})["token"]

    assert refusal(person, token) == (
        "Refused (wrong_type): It is a token of the type 'JWT', and wanted is at+jwt."
    )
    assert person.jwx("inspect", token, "--typ", "JWT").code == 0


def test_a_token_that_is_not_valid_yet(person: Person) -> None:
    """From when on it will be."""
    token = person.token(nbf=person.world.clock() + 600)

    assert refusal(person, token).startswith(
        "Refused (not_yet_valid): It is not valid before 2027-01-15 10:10:00 UTC (in 10 min)"
    )


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("nonsense", "malformed_token"),
        ("a" * 20000, "token_too_large"),
        ("e30.W10.", "malformed_payload"),
        ("eyJhbGciOiJub25lIn0.e30.", "unknown_issuer"),
        ("eyJjcml0IjpbXX0.e30.", "unsupported_header"),
    ],
)
def test_what_is_no_token_of_ours(person: Person, token: str, reason: str) -> None:
    """Each has its reason and a sentence."""
    assert refusal(person, token).startswith(f"Refused ({reason}): ")


def test_unsigned_tokens_of_ours_are_refused(person: Person) -> None:
    """`none` is no algorithm."""
    claims = base64url.encode(json.dumps({"iss": BASE, "aud": "a"}).encode())

    assert refusal(person, f"eyJhbGciOiJub25lIn0.{claims}.") == (
        "Refused (algorithm_not_allowed): Its algorithm 'none' is never accepted from this issuer."
    )


def test_a_silent_issuer_is_no_verdict(person: Person) -> None:
    """The token may be good: the code says try again."""
    token = person.token()
    person.world.store.rings.clear()

    ended = person.jwx("inspect", token, stack=None)

    assert (ended.code, "Cannot tell (keys_unavailable)" in ended.out) == (4, True)


def test_no_token_moves_the_cursor(person: Person) -> None:
    """Escape sequences and text that runs backwards reach no terminal."""
    ended = person.jwx("inspect", person.token(name="\x1b[2J\x9b\u202e", **{"\x07": "[bold]x[/bold]"}))

    assert r"\u001b[2J\u009b\u202e" in ended.out
    assert "[bold]x[/bold]" in ended.out
    assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(ended.out)


def test_json_for_programs(person: Person) -> None:
    """Verdict, reason and sentence, header and claims."""
    token = person.token()
    person.world.clock.advance(4000)

    ended = person.jwx("inspect", token, "--json")

    answer = json.loads(ended.out)
    assert (ended.code, answer["accepted"], answer["reason"]) == (1, False, "expired")
    assert (answer["header"]["alg"], answer["claims"]["sub"]) == ("ES256", "svc-1")


def test_a_named_issuer_is_held_to_its_own_keys(person: Person) -> None:
    """The stack's other issuers are found by the token's own word."""
    person.world.do("create_issuer", issuer="orders")
    request = {"claims": {"sub": "s", "aud": "a"}, "issuer": "orders"}
    token = person.stack.invoke("signer", request)["token"]

    assert f"Accepted: {BASE}/orders signed it." in person.jwx("inspect", token).out
