"""How each step of a plan is done: record the intent where it matters, act, record the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jwx.lifecycle.birth_effects import BirthEffects
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.recovery import Recovery
from jwx.lifecycle.steps import Action, NotYet, Step, arn_of, wanted
from jwx.lifecycle.withdrawal_effects import WithdrawalEffects
from jwx.ports import Clock, KeyService, Prober, Publication
from jwx.ring import cache_transitions, issuer_transitions, transitions
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import fingerprint


class Effects:
    """Does one step of a plan and answers the ring as written. Repeating any step is harmless."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        keys: KeyService,
        prober: Prober,
        publication: Publication,
        clock: Clock,
        new_operation: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._publication = publication
        self._clock = clock
        births = BirthEffects(
            ledger=ledger, keys=keys, prober=prober, clock=clock, new_operation=new_operation
        )
        withdrawals = WithdrawalEffects(
            ledger=ledger, keys=keys, publication=publication, clock=clock, new_operation=new_operation
        )
        recovery = Recovery(ledger=ledger, keys=keys, publication=publication, clock=clock)
        self._handlers: dict[Action, Callable[[KeyRing, Step], KeyRing]] = {
            Action.RECOVER: lambda ring, _: recovery.recover(ring),
            Action.DISABLE_REVOKED: withdrawals.disable_revoked,
            Action.TAG_REVOKED: withdrawals.tag_revoked,
            Action.INVALIDATE: withdrawals.invalidate,
            Action.INVALIDATE_AGAIN: withdrawals.invalidate_again,
            Action.CONFIRM_ABSENCE: withdrawals.confirm_absence,
            Action.ACTIVATE: self._activate,
            Action.COPY: self._copy,
            Action.ABANDON: births.abandon,
            Action.CREATE: births.create,
            Action.PROVE: births.prove,
            Action.PUBLISH: births.publish,
            Action.CONFIRM: self._confirm,
            Action.SETTLE: self._settle,
            Action.RETIRE: self._retire,
            Action.EXPIRE: self._expire,
            Action.DISABLE: self._disable,
            Action.DELETE: self._delete,
            Action.CLOSE: self._close,
        }

    def do(self, ring: KeyRing, step: Step) -> KeyRing:
        """Do `step`, planned from `ring`. Raises LostRace or another JwxError: the next run goes on."""
        return self._handlers[step.action](ring, step)

    def _copy(self, ring: KeyRing, _: Step) -> KeyRing:
        """While the copy is being written nobody may believe what it holds: `copied` says so first."""
        ring = self._ledger.write(ring, replace(ring, copied=None))
        now = self._clock()
        self._publication.copy(ring, now, stale=lambda: self._version(ring.issuer) != ring.version)
        after = cache_transitions.copied(ring, fingerprint=fingerprint(ring, now), now=self._clock())
        return self._ledger.write(ring, replace(after, copied_to=self._publication.place))

    def _confirm(self, ring: KeyRing, _: Step) -> KeyRing:
        seen = self._publication.seen(ring.issuer)
        if not seen or not cache_transitions.unconfirmed(ring, self._clock()) & set(seen):
            raise NotYet("the public URL does not show the new key yet")
        return self._ledger.update(
            ring.issuer, lambda r: cache_transitions.confirm(r, seen=seen, now=self._clock())
        )

    def _activate(self, ring: KeyRing, step: Step) -> KeyRing:
        return self._ledger.write(ring, transitions.activate(ring, kid=wanted(step.kid), now=self._clock()))

    def _settle(self, ring: KeyRing, step: Step) -> KeyRing:
        kid = wanted(step.kid)
        return self._ledger.write(ring, transitions.settle(ring, kid=kid, now=self._clock()))

    def _retire(self, ring: KeyRing, step: Step) -> KeyRing:
        """The KMS key says that it is retired before it is, so that no restored table makes it sign again."""
        kid = wanted(step.kid)
        if arn := arn_of(ring, step):
            self._keys.mark(arn, "retired")
        return self._ledger.write(ring, transitions.retire(ring, kid=kid, now=self._clock()))

    def _expire(self, ring: KeyRing, step: Step) -> KeyRing:
        return self._ledger.write(ring, transitions.expire(ring, kid=wanted(step.kid)))

    def _disable(self, ring: KeyRing, step: Step) -> KeyRing:
        kid = wanted(step.kid)
        if arn := arn_of(ring, step):
            self._keys.disable(arn)
        return self._ledger.update(ring.issuer, lambda r: transitions.disabled(r, kid=kid, now=self._clock()))

    def _delete(self, ring: KeyRing, step: Step) -> KeyRing:
        kid, days = wanted(step.kid), ring.policy.deletion_window_days
        if arn := arn_of(ring, step):
            self._keys.schedule_deletion(arn, days=days)
        return self._ledger.update(ring.issuer, lambda r: transitions.entomb(r, kid=kid, now=self._clock()))

    def _close(self, ring: KeyRing, _: Step) -> KeyRing:
        return self._ledger.write(ring, issuer_transitions.close(ring, now=self._clock()))

    def _version(self, issuer: str) -> str | None:
        ring = self._ledger.load(issuer)
        return ring.version if ring else None
