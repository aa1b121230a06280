"""`jwx rotate`: the verb, its refusals, and what a person is told of it."""

from __future__ import annotations

import json

from tests.unit.cli.commands.golden import golden, with_named_keys
from tests.unit.cli.commands.people import Person


def test_a_rotation_tells_what_changed(person: Person) -> None:
    """Old and new states, then each step that was done."""
    person.world.run_for(86400)

    ended = person.jwx("rotate")

    assert ended.code == 0
    assert with_named_keys(person, ended.out) == golden("rotate")


def test_an_early_rotation_is_refused_with_the_time(person: Person) -> None:
    """The function's sentence, its epoch seconds as a time, and the code for refusals."""
    person.world.do("rotate")

    ended = person.jwx("rotate")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith(
        "jwx: StandbyNotReady: algorithm: the standby of ES256 may not sign before 2027-01-15"
    )


def test_it_can_be_repeated(person: Person) -> None:
    """With the key that was meant, a second call does nothing."""
    person.world.run_for(86400)
    kid = person.active()
    person.jwx("rotate", "--if-active", kid)

    ended = person.jwx("rotate", "--if-active", kid)

    assert (ended.code, ended.out) == (0, "Nothing to do: another key signs already.\n")


def test_force_asks(person: Person) -> None:
    """Some clients may refuse such tokens: a no changes nothing."""
    person.world.do("rotate")
    before = person.world.ring()

    ended = person.jwx("rotate", "--force", answers="n\n")

    assert (ended.code, person.world.ring()) == (1, before)
    assert "Verifiers may refuse tokens of a forced key (it may sign in" in ended.err


def test_force_goes_on_after_a_yes(person: Person) -> None:
    """The emergency exit works."""
    person.world.do("rotate")
    before = person.active()

    ended = person.jwx("rotate", "--force", answers="y\n")

    assert (ended.code, person.active() != before) == (0, True)


def test_json_is_the_answer(person: Person) -> None:
    """Nothing else is printed."""
    person.world.run_for(86400)

    assert json.loads(person.jwx("rotate", "--json").out)["issuer"] == "default"


def test_what_is_not_done_yet_is_no_alarm(person: Person) -> None:
    """Told in words and not by the name of a step, and that nobody has to do anything."""
    person.world.run_for(86400)
    person.world.publication.unreachable = True

    ended = person.jwx("rotate")

    assert ended.code == 0
    assert "Not yet: see the public URL with the key (" in ended.out
    assert "The next run goes on." in ended.out
