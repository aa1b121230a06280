"""How each step of a plan is done: record the intent where it matters, act, record the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jwx.errors import KeyNotMade, ServiceFailed
from jwx.jose.jwa import algorithm as algorithm_row
from jwx.jose.jwk import load_public_key, public_jwk
from jwx.lifecycle import (
    birth_transitions,
    cache_transitions,
    issuer_transitions,
    revocation_transitions,
    transitions,
)
from jwx.lifecycle.keyring import Birth, KeyRing
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.probe import probe_message
from jwx.lifecycle.public_face import fingerprint
from jwx.lifecycle.recovery import Recovery
from jwx.lifecycle.steps import Action, Step
from jwx.ports import Clock, KeyService, Prober, Publication


class NotYet(ServiceFailed):
    """The world does not show the effect yet; the next run looks again."""


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
        self._prober = prober
        self._publication = publication
        self._clock = clock
        self._new_operation = new_operation
        recovery = Recovery(ledger=ledger, keys=keys, publication=publication, clock=clock)
        self._handlers: dict[Action, Callable[[KeyRing, Step], KeyRing]] = {
            Action.RECOVER: lambda ring, _: recovery.recover(ring),
            Action.DISABLE_REVOKED: self._disable_revoked,
            Action.TAG_REVOKED: self._tag_revoked,
            Action.INVALIDATE: self._invalidate,
            Action.INVALIDATE_AGAIN: self._invalidate_again,
            Action.CONFIRM_ABSENCE: self._confirm_absence,
            Action.ACTIVATE: self._activate,
            Action.COPY: self._copy,
            Action.ABANDON: self._abandon,
            Action.CREATE: self._create,
            Action.PROVE: self._prove,
            Action.PUBLISH: self._publish,
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

    # -- birth ---------------------------------------------------------------------------------

    def _create(self, ring: KeyRing, step: Step) -> KeyRing:
        """The intent is written before KMS is asked; the ARN at once after, so that a crash loses least.

        An intent that KMS refused is taken back, so that the next run need not wait for a maker that is gone.
        """
        operation, algorithm = self._new_operation(), _wanted(step.algorithm)
        begun = birth_transitions.begin_birth(
            ring, operation=operation, algorithm=algorithm, now=self._clock()
        )
        ring = self._ledger.write(ring, begun)
        try:
            key_arn = self._keys.create(
                issuer=ring.issuer, algorithm=algorithm, operation=operation, rsa_bits=ring.policy.rsa_bits
            )
        except KeyNotMade:
            self._ledger.update(ring.issuer, lambda r: birth_transitions.abandon(r, operation=operation))
            raise
        return self._ledger.update(
            ring.issuer, lambda r: birth_transitions.attach(r, operation=operation, key_arn=key_arn)
        )

    def _prove(self, ring: KeyRing, step: Step) -> KeyRing:
        """The signer signs a probe with the key, and the very JWK to be published must verify it."""
        birth = _birth(ring, step)
        row = algorithm_row(birth.algorithm)
        jwk = public_jwk(self._keys.public_key(_wanted(birth.key_arn)), algorithm=row)
        signature = self._prober.probe(issuer=ring.issuer, operation=birth.operation)
        if not row.verify(load_public_key(jwk, row), signature, probe_message(birth.operation)):
            raise ServiceFailed(f"a new {birth.algorithm} key failed its proof; it will not be published")
        return self._ledger.update(
            ring.issuer, lambda r: birth_transitions.prove(r, operation=birth.operation, jwk=jwk)
        )

    def _publish(self, ring: KeyRing, step: Step) -> KeyRing:
        """The KMS key says that it is published before it is, so that no sweep ever takes it."""
        for operation in step.operations:
            birth = ring.birth(operation)
            if birth and birth.key_arn:
                self._keys.promise(birth.key_arn, ring.policy.promises)
                self._keys.mark(birth.key_arn, "published")
        published = birth_transitions.publish(ring, operations=step.operations, now=self._clock())
        return self._ledger.write(ring, published)

    def _abandon(self, ring: KeyRing, step: Step) -> KeyRing:
        """Given up first: else another run might publish the key in the moment of its deletion."""
        birth = _birth(ring, step)
        if birth.key_arn:
            ring = self._ledger.write(ring, birth_transitions.give_up(ring, operation=birth.operation))
            self._keys.schedule_deletion(birth.key_arn, days=ring.policy.deletion_window_days)
        return self._ledger.write(ring, birth_transitions.abandon(ring, operation=birth.operation))

    # -- publication ---------------------------------------------------------------------------

    def _copy(self, ring: KeyRing, _: Step) -> KeyRing:
        """While the copy is being written nobody may believe what it holds: `copied` says so first."""
        ring = self._ledger.write(ring, replace(ring, copied=None))
        now = self._clock()
        self._publication.copy(ring, now, stale=lambda: self._version(ring.issuer) != ring.version)
        held = fingerprint(ring, now)
        return self._ledger.write(ring, cache_transitions.copied(ring, fingerprint=held, now=self._clock()))

    def _confirm(self, ring: KeyRing, _: Step) -> KeyRing:
        seen = self._publication.seen(ring.issuer)
        waiting = {k.kid for k in ring.published(self._clock()) if k.confirmed_at is None and k.until is None}
        if not seen or not waiting & set(seen):
            raise NotYet("the public URL does not show the new key yet")
        return self._ledger.update(
            ring.issuer, lambda r: cache_transitions.confirm(r, seen=seen, now=self._clock())
        )

    # -- signing and leaving -------------------------------------------------------------------

    def _activate(self, ring: KeyRing, step: Step) -> KeyRing:
        return self._ledger.write(ring, transitions.activate(ring, kid=_wanted(step.kid), now=self._clock()))

    def _settle(self, ring: KeyRing, step: Step) -> KeyRing:
        kid = _wanted(step.kid)
        return self._ledger.write(ring, transitions.settle(ring, kid=kid, now=self._clock()))

    def _retire(self, ring: KeyRing, step: Step) -> KeyRing:
        """The KMS key says that it is retired before it is, so that no restored table makes it sign again."""
        kid = _wanted(step.kid)
        self._with_arn(ring, kid, lambda arn: self._keys.mark(arn, "retired"))
        return self._ledger.write(ring, transitions.retire(ring, kid=kid, now=self._clock()))

    def _expire(self, ring: KeyRing, step: Step) -> KeyRing:
        return self._ledger.write(ring, transitions.expire(ring, kid=_wanted(step.kid)))

    def _disable(self, ring: KeyRing, step: Step) -> KeyRing:
        kid = _wanted(step.kid)
        self._with_arn(ring, kid, self._keys.disable)
        return self._ledger.update(ring.issuer, lambda r: transitions.disabled(r, kid=kid, now=self._clock()))

    def _delete(self, ring: KeyRing, step: Step) -> KeyRing:
        kid, days = _wanted(step.kid), ring.policy.deletion_window_days
        self._with_arn(ring, kid, lambda arn: self._keys.schedule_deletion(arn, days=days))
        return self._ledger.update(ring.issuer, lambda r: transitions.entomb(r, kid=kid, now=self._clock()))

    def _close(self, ring: KeyRing, _: Step) -> KeyRing:
        return self._ledger.write(ring, issuer_transitions.close(ring, now=self._clock()))

    # -- revocation ----------------------------------------------------------------------------

    def _disable_revoked(self, ring: KeyRing, step: Step) -> KeyRing:
        self._with_arn(ring, _wanted(step.kid), self._keys.disable)
        return self._withdrawn(ring, step, disabled_at=self._clock())

    def _tag_revoked(self, ring: KeyRing, step: Step) -> KeyRing:
        self._with_arn(ring, _wanted(step.kid), lambda arn: self._keys.mark(arn, "revoked"))
        return self._withdrawn(ring, step, tagged_at=self._clock())

    def _invalidate(self, ring: KeyRing, step: Step) -> KeyRing:
        self._publication.invalidate(ring.issuer, token=self._new_operation())
        return self._withdrawn(ring, step, invalidated_at=self._clock())

    def _invalidate_again(self, ring: KeyRing, step: Step) -> KeyRing:
        self._publication.invalidate(ring.issuer, token=self._new_operation())
        return self._withdrawn(ring, step, invalidated_again_at=self._clock())

    def _confirm_absence(self, ring: KeyRing, step: Step) -> KeyRing:
        """Still there means that an old answer slipped in: empty the CDN once more."""
        kid = _wanted(step.kid)
        seen = self._publication.seen(ring.issuer)
        if seen is None:
            raise NotYet("the public URL does not answer, so that the revocation cannot be confirmed")
        if kid in seen:
            self._withdrawn(ring, step, invalidated_at=None, invalidated_again_at=None)
            raise NotYet("the public URL still shows the revoked key; the CDN will be emptied again")
        return self._ledger.update(ring.issuer, lambda r: revocation_transitions.close_withdrawal(r, kid=kid))

    def _withdrawn(self, ring: KeyRing, step: Step, **done: int | None) -> KeyRing:
        kid = _wanted(step.kid)
        return self._ledger.update(
            ring.issuer, lambda r: revocation_transitions.withdrawn(r, kid=kid, **done)
        )

    # ------------------------------------------------------------------------------------------

    def _with_arn(self, ring: KeyRing, kid: str, effect: Callable[[str], None]) -> None:
        key = ring.key(kid)
        if key and key.key_arn:
            effect(key.key_arn)

    def _version(self, issuer: str) -> str | None:
        ring = self._ledger.load(issuer)
        return ring.version if ring else None


def _birth(ring: KeyRing, step: Step) -> Birth:
    birth = ring.birth(step.operations[0]) if step.operations else None
    return _wanted(birth)


def _wanted[T](value: T | None) -> T:
    """A step always names what it is about; this only tells the type checker."""
    if value is None:
        raise AssertionError("the step does not name what it is about")
    return value
