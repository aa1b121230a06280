"""How a key is made, proved and published: record the intent where it matters, act, record the result."""

from __future__ import annotations

from collections.abc import Callable

from jwx.errors import KeyNotMade, ServiceFailed
from jwx.issuing.probe import probe_message
from jwx.jose.jwa import algorithm as algorithm_row
from jwx.jose.jwk import load_public_key, public_jwk
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.steps import Step, wanted
from jwx.ports import Clock, KeyService, Prober
from jwx.ring import birth_transitions
from jwx.ring.keyring import Birth, KeyRing


class BirthEffects:
    """The steps of `jwx.lifecycle.births`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        keys: KeyService,
        prober: Prober,
        clock: Clock,
        new_operation: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._prober = prober
        self._clock = clock
        self._new_operation = new_operation

    def create(self, ring: KeyRing, step: Step) -> KeyRing:
        """The intent is written before KMS is asked; the ARN at once after, so that a crash loses least.

        An intent that KMS refused is taken back, so that the next run need not wait for a maker that is gone.
        """
        operation, algorithm = self._new_operation(), wanted(step.algorithm)
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

    def prove(self, ring: KeyRing, step: Step) -> KeyRing:
        """The prover signs a probe with the key, and the very JWK to be published must verify it."""
        birth = _birth(ring, step)
        row = algorithm_row(birth.algorithm)
        jwk = public_jwk(self._keys.public_key(wanted(birth.key_arn)), algorithm=row)
        signature = self._prober.probe(issuer=ring.issuer, operation=birth.operation)
        if not row.verify(load_public_key(jwk, row), signature, probe_message(birth.operation)):
            raise ServiceFailed(f"a new {birth.algorithm} key failed its proof; it will not be published")
        return self._ledger.update(
            ring.issuer, lambda r: birth_transitions.prove(r, operation=birth.operation, jwk=jwk)
        )

    def publish(self, ring: KeyRing, step: Step) -> KeyRing:
        """The KMS key says that it is published before it is, so that no sweep ever takes it."""
        for operation in step.operations:
            birth = ring.birth(operation)
            if birth and birth.key_arn:
                self._keys.promise(birth.key_arn, ring.policy.promises)
                self._keys.mark(birth.key_arn, "published")
        published = birth_transitions.publish(ring, operations=step.operations, now=self._clock())
        return self._ledger.write(ring, published)

    def abandon(self, ring: KeyRing, step: Step) -> KeyRing:
        """Given up first: else another run might publish the key in the moment of its deletion."""
        birth = _birth(ring, step)
        if birth.key_arn:
            ring = self._ledger.write(ring, birth_transitions.give_up(ring, operation=birth.operation))
            self._keys.schedule_deletion(birth.key_arn, days=ring.policy.deletion_window_days)
        return self._ledger.write(ring, birth_transitions.abandon(ring, operation=birth.operation))


def _birth(ring: KeyRing, step: Step) -> Birth:
    birth = ring.birth(step.operations[0]) if step.operations else None
    return wanted(birth)
