"""What a revocation still has to do."""

from __future__ import annotations

from dataclasses import replace

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from jwx.ring.keyring import Withdrawal
from tests.unit.core.ring.rings import POLICY, T0, active, due, ring, settled


def test_a_revocation_comes_in_the_order_of_urgency() -> None:
    """The mark and KMS first, then the copy, then the CDN; births after."""
    revoked = ring(active("a", revoked_at=T0), withdrawals=(Withdrawal(kid="a"),))
    wanted = [Action.TAG_REVOKED, Action.DISABLE_REVOKED, Action.COPY, Action.INVALIDATE, Action.CREATE]
    assert due(revoked) == wanted


def test_a_revocation_is_closed_only_when_all_its_effects_are_done() -> None:
    """And by nobody's clock an old answer can be under way."""
    gone = Withdrawal(kid="a", copied_at=T0, invalidated_at=T0, invalidated_again_at=T0, tagged_at=T0)
    before = settled(ring(active("a", revoked_at=T0), withdrawals=(gone,)))
    assert Action.CONFIRM_ABSENCE not in {s.action for s in plan(before, T0)}
    done = replace(before, withdrawals=(replace(gone, disabled_at=T0),))
    last = next(s for s in plan(done, T0) if s.action is Action.CONFIRM_ABSENCE)
    assert last.at == T0 + POLICY.origin_timeout + 2 * POLICY.clock_skew
