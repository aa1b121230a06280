"""How keys leave, and a deleted issuer with the last one."""

from __future__ import annotations

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from tests.unit.core.ring.rings import T0, active, due, key, ring, settled


def test_an_end_is_settled_before_anything_retires() -> None:
    """Only then is it known when the key may leave."""
    before = settled(ring(active("a", signing_ended_at=T0), active("b")))
    assert Action.SETTLE in due(before)
    assert Action.RETIRE not in {step.action for step in plan(before, T0)}


def test_an_issuer_is_closed_only_when_its_copy_is_gone() -> None:
    """Else a later issuer of its name would begin with its JWK Set in a cache."""
    assert due(ring(deleting_since=T0)) == [Action.COPY]
    assert due(settled(ring(deleting_since=T0))) == [Action.CLOSE]
    assert plan(ring(deleting_since=T0, deleted_at=T0), T0) == []


def test_a_revoked_foreign_key_is_buried_not_forgotten() -> None:
    """Also in an issuer that is being deleted."""
    before = settled(ring(key("f", key_arn=None, until=T0 + 9, revoked_at=T0), deleting_since=T0))
    assert due(before) == [Action.DELETE]
