"""`jwx status` and `jwx plan`: what a person sees of keys, and what comes next."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.commands.golden import golden, with_named_keys
from tests.unit.cli.commands.people import Person

DAY = 86400


def test_a_standby_waits_beside_the_active_key(person: Person) -> None:
    """State, age, what comes next and when, and both keys as bars on one axis."""
    person.world.run_for(3 * DAY)

    assert with_named_keys(person, person.jwx("status").out) == golden("status")


def test_a_rotation_shows_three_generations(person: Person) -> None:
    """The retiring key leaves soon, its successor signs, the next standby waits."""
    person.world.run_for(3 * DAY)
    person.world.do("rotate")
    person.world.clock.advance(600)

    assert with_named_keys(person, person.jwx("status").out) == golden("status_after_rotation")


def test_several_issuers_have_a_line_each(person: Person) -> None:
    """Which key signs for whom is seen at one glance."""
    person.world.do("create_issuer", issuer="orders", policy={"algorithms": ["ES256", "Ed25519"]})
    person.world.do("create_issuer", issuer="gone")
    person.world.do("delete_issuer", issuer="gone")

    assert with_named_keys(person, person.jwx("status").out) == golden("status_of_several")


def test_one_of_several_can_be_named(person: Person) -> None:
    """Then all about it is told, its URL included."""
    person.world.do("create_issuer", issuer="orders")

    ended = person.jwx("status", "--issuer", "orders")

    assert ended.out.startswith("orders  https://issuer.example.com/orders\n")


def test_deleted_keys_are_counted(person: Person) -> None:
    """What is long gone hides nothing, and is listed when asked for."""
    person.world.run_for(16 * DAY)

    assert person.jwx("status").out.count("deleted") == 1
    assert "2 more are deleted; --all lists them" in person.jwx("status").out
    assert person.jwx("status", "--all").out.count("\ndeleted") == 2


@pytest.mark.parametrize("width", [60, 80, 99, 100])
def test_no_kid_is_ever_cut(person: Person, width: int) -> None:
    """On a narrow terminal a key has two lines; what is shown can always be copied."""
    person.world.do("create_issuer", issuer="orders")
    kids = [key.kid for key in person.world.ring().keys]

    alone = person.jwx("status", "--issuer", "default", width=width)
    several = person.jwx("status", width=width)

    assert all(kid in alone.out for kid in kids)
    assert person.active() in several.out
    assert max(len(line) for line in alone.out.splitlines()[2:]) <= max(width, 80)


def test_an_unmade_issuer_is_no_error(person: Person) -> None:
    """Before the first run nothing is there, and the next run makes it."""
    person.world.store.rings.clear()

    ended = person.jwx("status")

    assert (ended.code, "not made yet" in ended.out) == (0, True)


def test_a_departing_issuer_says_so(person: Person) -> None:
    """Nobody shall look for the reason why nothing signs."""
    person.world.do("delete_issuer")

    assert "it signs nothing any more" in person.jwx("status").out


def test_the_plan_says_when_and_why(person: Person) -> None:
    """Each step with its time, both ways, and its reason."""
    person.world.do("rotate")
    person.world.clock.advance(60)

    assert with_named_keys(person, person.jwx("plan").out) == golden("plan")


def test_an_empty_plan_says_that(person: Person) -> None:
    """No output would look like a mistake."""
    person.world.do("delete_issuer")
    person.world.run_for(30 * DAY, every=DAY)

    assert person.jwx("plan").out == "Nothing is planned.\n"


def test_json_is_what_the_function_answered(person: Person) -> None:
    """Programs get the whole answer, unchanged."""
    expected = person.world.do("plan")

    assert json.loads(person.jwx("plan", "--json").out) == expected
    assert json.loads(person.jwx("status", "--json").out) == {"issuers": [expected]}


def test_looking_changes_nothing(person: Person) -> None:
    """Only verbs that read are used."""
    person.jwx("status")
    person.jwx("plan")

    assert {request["action"] for request in person.stack.requests} <= {"plan", "status", "list_issuers"}
