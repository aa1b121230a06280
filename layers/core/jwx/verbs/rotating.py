"""The rotation function less its wiring: an event in, a verb done, its answer out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jwx.errors import JwxError
from jwx.lifecycle.adoption import Sweep
from jwx.lifecycle.effects import Effects
from jwx.lifecycle.fleet import Fleet
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.precautions import Precautions
from jwx.lifecycle.reconcile import Reconciler
from jwx.origin import Origin
from jwx.ports import Clock, Journal, KeyService, Prober, Publication, RingStore, RunRecord
from jwx.ring.policy import RotationPolicy
from jwx.verbs.dispatch import Verbs
from jwx.verbs.rotation_event import verb_of
from jwx.verbs.sender import origin_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotating:
    """What outlives one call: the ports and the policy of a first `default` issuer."""

    store: RingStore
    keys: KeyService
    prober: Prober
    publication: Publication
    journal: Journal
    record: RunRecord
    default_policy: RotationPolicy
    clock: Clock
    sleep: Callable[[float], None]
    new_operation: Callable[[], str]

    def answer(
        self, event: object, *, remaining: Callable[[], float], request_id: str = "none"
    ) -> dict[str, Any]:
        """Do what `event` asks for within `remaining` seconds. Raises JwxError."""
        origin, refusal = origin_of(event, request_id=request_id), None
        try:
            return self.verbs(remaining=remaining, origin=origin).handle(verb_of(event))
        except JwxError as error:
            refusal = type(error).__name__
            raise
        finally:
            self.journal.asked(origin, refusal)

    def verbs(self, *, remaining: Callable[[], float], origin: Origin | None = None) -> Verbs:
        """The verbs of one call, which alone knows how much time is left and who asked."""
        ledger = Ledger(store=self.store, journal=self.journal, clock=self.clock, origin=origin)
        reconciler = Reconciler(
            ledger=ledger,
            effects=Effects(
                ledger=ledger,
                keys=self.keys,
                prober=self.prober,
                publication=self.publication,
                clock=self.clock,
                new_operation=self.new_operation,
            ),
            keys=self.keys,
            clock=self.clock,
            sleep=self.sleep,
            remaining=remaining,
            place=self.publication.place,
        )
        fleet = Fleet(
            store=self.store,
            ledger=ledger,
            reconciler=reconciler,
            sweep=Sweep(ledger=ledger, keys=self.keys, clock=self.clock, remaining=remaining),
            record=self.record,
            journal=self.journal,
            default_policy=self.default_policy,
            clock=self.clock,
            remaining=remaining,
        )
        return Verbs(
            ledger=ledger,
            reconciler=reconciler,
            fleet=fleet,
            prober=self.prober,
            precautions=Precautions(self.keys),
            default_policy=self.default_policy,
            clock=self.clock,
        )
