"""Which births are begun and given up."""

from __future__ import annotations

from dataclasses import replace

from jwx.lifecycle.births import BIRTH_LEASE, PROOF_LEASE
from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from jwx.ring.keyring import Birth
from jwx.ring.policy import MAX_PUBLISHED_KEYS
from tests.unit.core.ring.rings import T0, active, due, key, ring, settled


def test_a_new_ring_begins_with_an_active_key_and_a_standby() -> None:
    """Once it is in public, one standby is enough."""
    assert due(ring(served_at=None)) == [Action.CREATE, Action.CREATE]
    assert due(settled(ring(active("a")))) == [Action.CREATE]


def test_a_full_set_gets_no_more_keys() -> None:
    """Invariant 7."""
    many = (key(f"k{n}", until=T0 + 99) for n in range(MAX_PUBLISHED_KEYS - 1))
    assert Action.CREATE not in due(settled(ring(active("a"), *many)))


def test_a_silent_maker_and_a_key_that_proves_nothing_are_given_up() -> None:
    """After their leases, not before."""
    silent = Birth(operation="s", algorithm="ES256", started_at=T0)
    unproved = replace(silent, operation="u", key_arn="arn")
    assert Action.ABANDON not in due(settled(ring(births=(silent,))), T0 + BIRTH_LEASE - 1)
    assert Action.ABANDON in due(settled(ring(births=(silent,))), T0 + BIRTH_LEASE)
    assert Action.PROVE in due(settled(ring(births=(unproved,))), T0 + PROOF_LEASE - 1)
    assert Action.ABANDON in due(settled(ring(births=(unproved,))), T0 + PROOF_LEASE)


def test_a_birth_that_was_given_up_makes_room_for_another() -> None:
    """It is neither proved nor published."""
    birth = Birth(operation="o", algorithm="ES256", started_at=T0, key_arn="arn", jwk={}, given_up=True)
    assert due(settled(ring(active("a"), births=(birth,)))) == [Action.ABANDON, Action.CREATE]


def test_a_proved_key_waits_for_room_in_a_set_that_was_filled_meanwhile() -> None:
    """Invariant 7: an adopted key may have taken its place. The first keys enter together or not at all."""
    proved = [
        Birth(operation=name, algorithm="ES256", started_at=T0, key_arn=name, jwk={"kid": name})
        for name in ("o", "p")
    ]
    many = [key(f"k{n}", until=T0 + 99) for n in range(MAX_PUBLISHED_KEYS)]
    full, nearly = settled(ring(*many, births=(*proved,))), settled(ring(*many[1:], births=(*proved,)))
    assert Action.PUBLISH not in due(full)
    assert [s.operations for s in plan(nearly, T0) if s.action is Action.PUBLISH] == [("o",)]
    assert Action.PUBLISH not in due(replace(nearly, served_at=None))
    assert Action.PUBLISH in due(ring(*many[2:], births=(*proved,), served_at=None))
