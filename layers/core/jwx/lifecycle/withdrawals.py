"""What a recorded revocation still has to do, in KMS and in public: the plan for keys that nobody may use."""

from __future__ import annotations

from collections.abc import Iterator

from jwx.lifecycle.steps import Action, Step, about
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import fingerprint


def in_kms(ring: KeyRing, now: int) -> Iterator[Step]:
    """The mark comes first: else a restored table might revive the key."""
    for due in ring.withdrawals:
        if due.tagged_at is None:
            yield about(Action.TAG_REVOKED, now, "the key itself must tell that it is revoked", kid=due.kid)
        if due.disabled_at is None:
            yield about(Action.DISABLE_REVOKED, now, "a revoked key must not sign", kid=due.kid)


def in_public(ring: KeyRing, now: int) -> Iterator[Step]:
    """Empty the CDN twice, see that the key is gone.

    The last look comes when by nobody's clock an old answer can be under way any more.
    """
    pause, skew = ring.policy.origin_timeout, ring.policy.clock_skew
    for due in ring.withdrawals:
        if due.invalidated_at is None:
            yield about(Action.INVALIDATE, now, "the CDN holds a revoked key", kid=due.kid)
        elif due.invalidated_again_at is None:
            if due.copied_at is not None or ring.copied == fingerprint(ring, now):
                again, why = due.invalidated_at + pause, "an answer under way may have refilled it"
                yield about(Action.INVALIDATE_AGAIN, again, why, kid=due.kid)
        elif due.tagged_at is not None and due.disabled_at is not None:
            last = due.invalidated_again_at + pause + 2 * skew
            yield about(Action.CONFIRM_ABSENCE, last, "see the public URL without it", kid=due.kid)
