"""What can happen to a published key: each fact is recorded once."""

from __future__ import annotations

from dataclasses import replace

from jwx.ring import transitions
from jwx.ring.keyring import State
from tests.unit.core.ring.rings import POLICY, T0, active, key, ring


def test_a_successor_begins_and_its_predecessor_ends_in_one_write() -> None:
    """Never two signers, never none; the end is frozen only after the write."""
    after = transitions.activate(ring(active("a"), key("b", activate_not_before=T0)), kid="b", now=T0 + 9)
    a, b = after.keys
    assert (a.signing_ended_at, a.retire_not_before, b.activated_at, b.forced) == (
        T0 + 9,
        None,
        T0 + 9,
        False,
    )


def test_an_early_activation_is_told_apart_and_uses_up_its_order() -> None:
    """Invariant 2 has one exception, and it shows."""
    before = transitions.order_activation(ring(key("b", activate_not_before=T0 + 99)), algorithm="ES256")
    after = transitions.activate(before, kid="b", now=T0)
    assert (after.keys[0].forced, after.forced) == (True, ())


def test_the_end_counts_from_after_the_write_and_is_frozen_once() -> None:
    """Settling twice changes nothing."""
    ended = ring(active("a", signing_ended_at=T0))
    once = transitions.settle(ended, kid="a", now=T0 + 50)
    assert once.keys[0].retire_not_before == T0 + 50 + POLICY.retention
    assert transitions.settle(once, kid="a", now=T0 + 99) == once


def test_only_revoked_keys_are_remembered_for_ever() -> None:
    """The tombstone of a deleted one goes when no backup of the table can hold it any more."""
    before = transitions.entomb(
        transitions.entomb(ring(active("r", revoked_at=T0), active("d")), kid="r", now=T0), kid="d", now=T0
    )
    late = T0 + transitions.REMEMBERED
    after = transitions.entomb(replace(before, keys=(active("x"),)), kid="x", now=late)
    assert [stone.kid for stone in after.tombstones] == ["r", "x"]


def test_an_unusable_pending_key_leaves_and_an_unusable_active_one_hands_over() -> None:
    """What the active one signed stays verifiable."""
    before = ring(active("a"), key("b", activate_not_before=T0))
    pending = transitions.found_unusable(before, kid="b", now=T0 + 1)
    assert pending.keys[1].state(T0 + 1) is State.RETIRING
    handed = transitions.found_unusable(before, kid="a", now=T0 + 1)
    assert [k.state(T0 + 1) for k in handed.keys] == [State.RETIRING, State.ACTIVE]
