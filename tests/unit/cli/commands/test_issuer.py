"""`jwx issuer ...` and `jwx key import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.commands.people import Person

JWK = {
    "kty": "EC",
    "alg": "ES256",
    "crv": "P-256",
    # RFC 7517, appendix A.1
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}


def test_an_issuer_is_made_with_the_policy_that_differs(person: Person) -> None:
    """It signs at once, by the algorithms that were given."""
    ended = person.jwx("issuer", "create", "orders", "--policy", '{"algorithms": ["Ed25519"]}')

    assert ended.code == 0
    assert ended.out.startswith("The issuer 'orders' is made.\n")
    assert "active   Ed25519" in ended.out


def test_a_policy_may_come_from_a_file(person: Person, tmp_path: Path) -> None:
    """Policies are kept under version control."""
    file = tmp_path / "policy.json"
    file.write_text('{"max_token_lifetime": 600}')

    person.jwx("issuer", "update", "default", "--policy", f"@{file}")

    assert person.world.ring().policy.max_token_lifetime == 600


def test_a_policy_may_come_from_standard_input(person: Person) -> None:
    """For pipes."""
    person.jwx("issuer", "update", "default", "-p", "@-", stdin='{"max_token_lifetime": 600}')

    assert person.world.ring().policy.max_token_lifetime == 600


def test_the_function_judges_the_policy(person: Person) -> None:
    """Its own words reach the person, with the code for refusals."""
    ended = person.jwx("issuer", "update", "default", "-p", '{"max_age": "long"}')

    assert ended.code == 3
    assert ended.err == "jwx: InvalidPolicy: policy.max_age: a whole number is needed, 'long' was given\n"


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("{", "--policy: that is not JSON"),
        ("[1]", "--policy: a JSON object is needed"),
        ("@/nowhere/at/all", "--policy: /nowhere/at/all: No such file or directory"),
    ],
)
def test_what_is_no_policy_never_reaches_the_stack(person: Person, policy: str, sentence: str) -> None:
    """Wrong usage is told before anything is asked."""
    ended = person.jwx("issuer", "create", "orders", "-p", policy)

    assert (ended.code, person.stack.requests) == (2, [])
    assert ended.err.startswith(f"jwx: {sentence}")


def test_a_deletion_asks(person: Person) -> None:
    """A no keeps the issuer."""
    assert person.jwx("issuer", "delete", "default", answers="n\n").code == 1
    assert person.world.ring().deleting_since is None


def test_a_deletion_says_what_follows(person: Person) -> None:
    """The keys stay for the tokens that are still alive."""
    ended = person.jwx("issuer", "delete", "default", answers="y\n")

    assert "'default' signs nothing any more; its keys leave by themselves." in ended.out
    assert person.world.ring().deleting_since is not None


def test_all_pages_of_issuers_are_listed(person: Person) -> None:
    """However many there are."""
    ring = person.world.ring()
    names = [f"i{number:03}" for number in range(250)]
    person.world.store.rings = dict.fromkeys(names, ring)

    assert person.jwx("issuer", "list").out.split() == names
    assert json.loads(person.jwx("issuer", "list", "--json").out) == {"issuers": names}


def test_a_foreign_key_is_imported(person: Person) -> None:
    """It is published until the time that was given."""
    ended = person.jwx("key", "import", json.dumps(JWK), "--until", "2027-06-30")

    assert ended.out.startswith("It is published until 2027-06-30 00:00:00 UTC.\n")
    assert "imported" in ended.out


@pytest.mark.parametrize("until", ["90d", "2027-04-15T10:00Z", "2027-04-15T12:00+02:00"])
def test_times_are_taken_as_people_write_them(person: Person, until: str) -> None:
    """Days from now, or a time with or without a zone."""
    person.jwx("key", "import", json.dumps(JWK), "--until", until)

    assert person.stack.requests[0]["until"] == 1_800_007_200 + 90 * 86400


def test_what_is_no_time_is_told(person: Person) -> None:
    """With the forms that are allowed."""
    ended = person.jwx("key", "import", json.dumps(JWK), "--until", "soon")

    assert (ended.code, "'soon' is no time; allowed are" in ended.err) == (2, True)
