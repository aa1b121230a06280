"""Which births are begun and given up."""

from __future__ import annotations

from dataclasses import replace

from jwx.lifecycle.births import BIRTH_LEASE, PROOF_LEASE
from jwx.lifecycle.keyring import Birth
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS
from jwx.lifecycle.steps import Action
from tests.unit.core.lifecycle.rings import T0, active, due, key, ring, settled


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
