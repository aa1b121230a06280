"""`jwx revoke`: says what will happen, asks, revokes, waits for the CDN and says what it did."""

from __future__ import annotations

import json

import pytest

from jwx.ring.keyring import State
from tests.unit.cli.commands.golden import golden, with_named_keys
from tests.unit.cli.commands.people import Person


def test_a_revocation_is_told_before_and_after(person: Person) -> None:
    """The standby that takes over, the question, the changes, the steps, the end."""
    person.world.run_for(86400)

    ended = person.jwx("revoke", person.active(), "--reason", "stolen", answers="y\n")

    assert ended.code == 0
    assert with_named_keys(person, ended.out) == golden("revoke")


def test_a_no_changes_nothing(person: Person) -> None:
    """The question is a real one."""
    before = person.world.ring()

    ended = person.jwx("revoke", person.active(), answers="n\n")

    assert (ended.code, ended.err.endswith("jwx: Nothing was changed.\n")) == (1, True)
    assert person.world.ring() == before


def test_a_script_must_say_yes(person: Person) -> None:
    """Where nobody can be asked, nothing happens without --yes."""
    before = person.world.ring()

    ended = person.jwx("revoke", person.active())

    assert (ended.code, person.world.ring()) == (2, before)


def test_without_a_standby_the_gap_is_announced(person: Person) -> None:
    """Whoever revokes the only ready key knows before for how long nothing signs."""
    person.world.do("rotate")

    ended = person.jwx("revoke", person.active(), answers="n\n")

    assert "no standby is ready (it may sign in 13 h 3 min): until then ES256 is not signed." in ended.out


def test_force_is_announced_too(person: Person) -> None:
    """Forced keys sign before caches know them."""
    person.world.do("rotate")

    ended = person.jwx("revoke", person.active(), "--force", answers="y\n")

    assert (
        "The next key is forced (it may sign in 13 h 3 min): until then clients may refuse it." in ended.out
    )
    assert "Warning: ES256: no standby was ready; a key signs that caches may not hold yet" in ended.out


def test_a_kid_that_looks_like_an_option(person: Person) -> None:
    """One thumbprint in 64 begins with a hyphen; nobody shall learn that at night."""
    ended = person.jwx("revoke", "-w1HhsA67luwoYBZvj6T0B52wqwqD3m5CI8yTdUqJwo", "--yes")

    assert (ended.code, "Which key is '-w1HhsA67luwoYBZvj6T0B52wqwqD3m5CI8yTdUqJwo'?" in ended.err) == (
        3,
        True,
    )


def test_the_beginning_of_a_kid_is_enough(person: Person) -> None:
    """At night nobody types 43 characters."""
    kid = person.active()

    ended = person.jwx("revoke", "--yes", "--", kid[:6])

    key = person.world.ring().key(kid)
    assert (ended.code, key and key.state(person.world.clock())) == (0, State.REVOKED)


@pytest.mark.parametrize("given", ["AAAAAA", "", "A"])
def test_an_unclear_key_is_refused(person: Person, given: str) -> None:
    """None or several that begin so, or too little of one: nothing happens."""
    before = person.world.ring()

    ended = person.jwx("revoke", given, "--yes")

    assert (ended.code, person.world.ring()) == (3, before)
    assert ended.err.startswith(f"jwx: Which key is '{given}'?")


def test_it_goes_on_until_the_edge_has_forgotten(person: Person) -> None:
    """An edge that cannot be told just now is told by the runs that follow."""
    person.world.publication.unreachable = True

    ended = person.jwx("revoke", person.active(), "--yes", "--wait", "60")

    assert ended.code == 4
    assert "Not finished yet: see the public URL without the key." in ended.err


def test_json_tells_what_is_left(person: Person) -> None:
    """A program learns whether it must look again."""
    ended = person.jwx("revoke", person.active(), "--yes", "--json")

    answer = json.loads(ended.out)
    assert (ended.code, answer["unfinished"]) == (0, [])
    assert "revoked" in {key["state"] for key in answer["keys"]}


def test_a_terminal_sees_the_same_in_the_end(person: Person) -> None:
    """What moves while it waits leaves no trace; a failure in the middle is still one sentence."""
    ended = person.jwx("revoke", person.active(), "--yes", terminal=True)

    assert ended.code == 0
    assert "It is out: KMS, the CDN, the static copy and the public URL were all seen to." in ended.out


def test_a_terminal_sees_a_refusal(person: Person) -> None:
    """Which comes from another thread."""
    ended = person.jwx("revoke", person.active(), "--yes", "--reason", "x" * 300, terminal=True)

    assert (ended.code, "InvalidRequest: reason: " in ended.err) == (3, True)
