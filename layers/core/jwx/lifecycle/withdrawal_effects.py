"""How a revocation is carried out: in KMS, at the CDN, and seen to be done at the public URL."""

from __future__ import annotations

from collections.abc import Callable

from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.steps import NotYet, Step, arn_of, wanted
from jwx.ports import Clock, KeyService, Publication
from jwx.ring import revocation_transitions
from jwx.ring.keyring import KeyRing


class WithdrawalEffects:
    """The steps of `jwx.lifecycle.withdrawals`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        keys: KeyService,
        publication: Publication,
        clock: Clock,
        new_operation: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._publication = publication
        self._clock = clock
        self._new_operation = new_operation

    def disable_revoked(self, ring: KeyRing, step: Step) -> KeyRing:
        """From now on KMS refuses the key to everybody."""
        if arn := arn_of(ring, step):
            self._keys.disable(arn)
        return self._withdrawn(ring, step, disabled_at=self._clock())

    def tag_revoked(self, ring: KeyRing, step: Step) -> KeyRing:
        """What the key itself says outlasts a table that is lost or restored."""
        if arn := arn_of(ring, step):
            self._keys.mark(arn, "revoked")
        return self._withdrawn(ring, step, tagged_at=self._clock())

    def invalidate(self, ring: KeyRing, step: Step) -> KeyRing:
        """The CDN fetches anew."""
        self._publication.invalidate(ring.issuer, token=self._new_operation())
        return self._withdrawn(ring, step, invalidated_at=self._clock())

    def invalidate_again(self, ring: KeyRing, step: Step) -> KeyRing:
        """An invalidation of its own: a repeated token would do nothing."""
        self._publication.invalidate(ring.issuer, token=self._new_operation())
        return self._withdrawn(ring, step, invalidated_again_at=self._clock())

    def confirm_absence(self, ring: KeyRing, step: Step) -> KeyRing:
        """Still there means that an old answer slipped in: empty the CDN once more."""
        kid = wanted(step.kid)
        seen = self._publication.seen(ring.issuer)
        if seen is None:
            raise NotYet("the public URL does not answer, so that the revocation cannot be confirmed")
        if kid in seen:
            self._withdrawn(ring, step, invalidated_at=None, invalidated_again_at=None)
            raise NotYet("the public URL still shows the revoked key; the CDN will be emptied again")
        return self._ledger.update(ring.issuer, lambda r: revocation_transitions.close_withdrawal(r, kid=kid))

    def _withdrawn(self, ring: KeyRing, step: Step, **done: int | None) -> KeyRing:
        kid = wanted(step.kid)
        return self._ledger.update(
            ring.issuer, lambda r: revocation_transitions.withdrawn(r, kid=kid, **done)
        )
