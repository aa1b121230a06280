"""The plan: what is due, in which order, and what is only to come."""

from __future__ import annotations

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from tests.unit.core.ring.rings import POLICY, T0, active, due, key, ring, settled


def test_a_ring_in_order_has_nothing_due_and_tells_what_comes() -> None:
    """The standby takes over when the rotation period is over."""
    whole = settled(ring(active("a"), key("b", confirmed_at=T0, activate_not_before=T0)))
    assert due(whole) == []
    first = plan(whole, T0)[0]
    assert (first.action, first.kid, first.at) == (Action.ACTIVATE, "b", T0 + POLICY.rotation_period)


def test_a_restored_ring_is_checked_before_anything_else() -> None:
    """Whatever else it asks for."""
    assert due(ring(active("a"), restored=True, copied=None)) == [Action.RECOVER]


def test_a_key_is_looked_for_only_once_the_copy_has_it() -> None:
    """Else the fail-over origin might still answer without it."""
    waiting = ring(active("a"), key("b"))
    assert Action.CONFIRM not in due(waiting)
    assert Action.CONFIRM in due(settled(waiting))
