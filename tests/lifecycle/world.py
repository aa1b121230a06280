"""A whole issuer's world on fakes: key rings, KMS, signer, CDN, clock. Every AWS call can be stopped."""

from __future__ import annotations

import itertools
from typing import Any

from jwx.adoption import Sweep
from jwx.effects import Effects
from jwx.fleet import Fleet
from jwx.keyring import KeyRing
from jwx.ledger import Ledger
from jwx.policy import RotationPolicy
from jwx.reconcile import Reconciler
from jwx.verbs import Verbs
from tests.fakes.calls import Calls
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.kms import FakeKms, fake_keys, fake_signer
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore
from tests.fakes.run_record import FakeRunRecord

POLICY = RotationPolicy.parse(
    {
        "algorithms": ["ES256"],
        "rotation_period": 7 * 86400,
        "max_age": 300,
        "s_maxage": 60,
        "stale_while_revalidate": 60,
        "stale_if_error": 3600,
        "client_cache": 43200,
        "max_token_lifetime": 3600,
        "grace": 86400,
    }
)


class World:
    """Fakes that share one clock and one log of calls, and as many runners on them as a test wants."""

    def __init__(self, *, policy: RotationPolicy = POLICY, seed: int = 0, **kms: Any) -> None:
        self.policy = policy
        self.clock = FakeClock()
        self.calls = Calls()
        self.store = FakeRingStore(self.calls, seed=seed)
        self.kms = FakeKms(self.clock, self.calls, seed=seed, **kms)
        self.publication = FakePublication(self.store, self.clock, self.calls)
        self.journal = FakeJournal(self.calls)
        self.record = FakeRunRecord(self.calls)
        self._operations = itertools.count()

    def verbs(self, *, seconds: float = 600) -> Verbs:
        """A rotation function as one invoke sees it, with `seconds` left."""
        clock, deadline = self.clock, self.clock.exact + seconds
        keys = fake_keys(self.kms, clock)
        ledger = Ledger(store=self.store, journal=self.journal, clock=clock)
        effects = Effects(
            ledger=ledger,
            keys=keys,
            prober=FakeProber(self.store, fake_signer(self.kms), self.calls),
            publication=self.publication,
            clock=clock,
            new_operation=lambda: f"op-{next(self._operations)}",
        )
        remaining = lambda: deadline - clock.exact  # noqa: E731
        reconciler = Reconciler(
            ledger=ledger, effects=effects, keys=keys, clock=clock, sleep=clock.sleep, remaining=remaining
        )
        fleet = Fleet(
            store=self.store,
            ledger=ledger,
            reconciler=reconciler,
            sweep=Sweep(ledger=ledger, keys=keys, clock=clock, remaining=remaining),
            record=self.record,
            journal=self.journal,
            default_policy=self.policy,
            clock=clock,
            remaining=remaining,
        )
        return Verbs(
            ledger=ledger, reconciler=reconciler, fleet=fleet, default_policy=self.policy, clock=clock
        )

    def do(self, action: str, **request: Any) -> dict[str, Any]:
        """One verb by a fresh invoke."""
        return self.verbs().handle({"action": action, **request})

    def run(self) -> dict[str, Any]:
        """One scheduled run over all issuers."""
        return self.do("reconcile", issuer="*")

    def run_for(self, seconds: int, *, every: int = 3600) -> None:
        """Scheduled runs while time passes."""
        for _ in range(seconds // every):
            self.clock.advance(every)
            self.run()

    def ring(self, issuer: str = "default") -> KeyRing:
        """The ring as stored."""
        return self.store.rings[issuer]
