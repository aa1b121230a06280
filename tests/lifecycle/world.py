"""A whole issuer's world on fakes: key rings, KMS, signers, CDN, clock. Every AWS call can be stopped."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from jwx.ring.keyring import KeyRing
from jwx.ring.policy import RotationPolicy
from jwx.ring.transitions import ready
from jwx.verbs.dispatch import Verbs
from jwx.verbs.rotating import Rotating
from tests.fakes.calls import Calls
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.kms import fake_keys, fake_signer
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.run_record import FakeRunRecord
from tests.lifecycle.invariants import Watch
from tests.lifecycle.signers import Signer
from tests.lifecycle.watched import Told, WatchedKms, WatchedStore

POLICY = RotationPolicy.parse(
    {
        "algorithms": ["ES256"],
        "rotation_period": 6 * 3600,
        "max_age": 300,
        "s_maxage": 60,
        "stale_while_revalidate": 60,
        "stale_if_error": 900,
        "client_cache": 1800,
        "max_token_lifetime": 900,
        "grace": 1800,
    }
)
"""Short, so that a whole life passes in few runs."""


def changed(**fields: Any) -> RotationPolicy:
    """The test policy with other values."""
    return RotationPolicy.parse(fields, base=POLICY)


class World:
    """Fakes that share one clock and one log of calls, and as many runners on them as a test wants."""

    def __init__(self, *, policy: RotationPolicy = POLICY, seed: int = 0, **kms: Any) -> None:
        self.policy = policy
        self.clock = FakeClock()
        self.calls = Calls()
        self.watch = Watch(self.clock)
        self.store = WatchedStore(self.watch, self.calls, seed=seed)
        self.kms = WatchedKms(self.watch, self.store.rings, self.clock, self.calls, seed=seed, **kms)
        self.publication = FakePublication(self.store, self.clock, self.calls)
        self.publication.copies = Told(self.watch.copy_written)
        self.journal = FakeJournal(self.calls)
        self.record = FakeRunRecord(self.calls)
        skew = policy.clock_skew
        # A log of its own: tokens are minted between the calls of a run and must not count as such.
        unlogged = _Unlogged(self.store)
        self.signers = [
            Signer(unlogged, clock=self.clock, skew=by, watch=self.watch)  # type: ignore[arg-type]
            for by in (1 - skew, 0, skew)
        ]
        self._operations = 0

    def verbs(self, *, seconds: float = 250, skew: int = 0) -> Verbs:
        """A rotation function as one invoke sees it, with `seconds` left and a clock off by `skew`."""
        deadline = self.clock.exact + seconds
        return self.rotating(skew=skew).verbs(remaining=lambda: deadline - self.clock.exact)

    def rotating(self, *, skew: int = 0) -> Rotating:
        """The wiring of a rotation function."""
        return Rotating(
            store=self.store,
            keys=fake_keys(self.kms, self.clock),
            prober=FakeProber(self.store, fake_signer(self.kms), self.calls),
            publication=self.publication,
            journal=self.journal,
            record=self.record,
            default_policy=self.policy,
            clock=lambda: self.clock() + skew,
            sleep=self.clock.sleep,
            new_operation=self._new_operation,
        )

    def _new_operation(self) -> str:
        self._operations += 1
        return f"op-{self._operations - 1}"

    def do(self, action: str, *, skew: int = 0, **request: Any) -> dict[str, Any]:
        """One verb by a fresh invoke."""
        return self.verbs(skew=skew).handle({"action": action, **request})

    def run(self, *, skew: int = 0) -> dict[str, Any]:
        """One scheduled run over all issuers."""
        return self.do("reconcile", issuer="*", skew=skew)

    def run_for(self, seconds: int, *, every: int = 900) -> None:
        """Scheduled runs while time passes, with tokens before and after each."""
        for turn in range(seconds // every):
            self.clock.advance(every)
            self.mint()
            self.run(skew=(turn % 3 - 1) * self.policy.clock_skew)
            self.mint()

    def mint(self) -> int:
        """Each signer signs with each algorithm of each issuer, where it may. Answers how many tokens."""
        before = self.watch.tokens
        for name, ring in list(self.store.rings.items()):
            for signer, algorithm in itertools.product(self.signers, ring.policy.algorithms):
                signer.mint(name, algorithm)
        return self.watch.tokens - before

    def ring(self, issuer: str = "default") -> KeyRing:
        """The ring as stored."""
        return self.store.rings[issuer]

    def active_kid(self, issuer: str = "default", algorithm: str = "ES256") -> str:
        """The kid that signs."""
        key = self.ring(issuer).active(algorithm)
        assert key is not None
        return key.kid

    def finish(self) -> None:
        """All the time that the test policy needs for everything to come to its end."""
        self.clock.advance(60)
        self.mint()
        self.run()
        self.run_for(1800, every=300)
        self.run_for(4 * 3600)
        self.run_for(POLICY.rotation_period + 2 * 3600, every=1800)

    def problems(self) -> list[str]:
        """Everything that must not be, once the world had its time."""
        return [
            *map(str, self.watch.violations),
            *(f"left over in KMS: {arn}" for arn in self.leftovers()),
            *(f"{name}: {lack}" for name in self.store.rings for lack in self.unsettled(name)),
            *(f"{name}: {text}" for name, text in self.journal.warnings if "the run failed" in text),
        ]

    def leftovers(self) -> list[str]:
        """KMS keys that no ring knows and whose deletion nobody scheduled."""
        known = {k.key_arn for ring in self.store.rings.values() for k in ring.keys}
        return [a for a, k in self.kms.keys.items() if k.state != "PendingDeletion" and a not in known]

    def unsettled(self, issuer: str = "default") -> list[str]:
        """What a ring that had all the time it needed still lacks."""
        ring, now = self.ring(issuer), self.clock()
        if ring.deleted_at is not None:
            return [k.kid for k in ring.keys]
        lacks = [f"open: {x}" for x in (*ring.births, *ring.withdrawals, *ring.forced)]
        for algorithm in ring.policy.algorithms if ring.deleting_since is None else ():
            active, standby = ring.active(algorithm), ring.standby(algorithm)
            lacks += [] if active else [f"no signer of {algorithm}"]
            due = active is None or now > (active.activated_at or 0) + 2 * ring.policy.propagation
            lacks += [f"no standby of {algorithm}"] if due and not (standby and ready(standby, now)) else []
        return lacks

    def restore(self, backup: dict[str, KeyRing]) -> None:
        """The table comes back as it was at the backup. A restore takes AWS longer than tags lag."""
        self.clock.advance(600)
        self._forget_disabled(backup)
        for ring in backup.values():
            # Memory of a revocation whose mark never reached the key is lost with the table.
            for key in ring.keys:
                stored = self.kms.keys.get(key.key_arn or "")
                if stored is None or stored.tags.get("jwx:state") != "revoked":
                    self.watch.lost_with_the_table(ring.issuer, key.kid)
        for name in self.store.rings:
            # A foreign key has nothing in KMS to bear a mark; a person may import it again.
            known = backup[name].tombstones if name in backup else ()
            for kid in sorted(self.watch.foreign - {stone.kid for stone in known}):
                self.watch.lost_with_the_table(name, kid)
        self.store.restore(backup)

    def _forget_disabled(self, backup: dict[str, KeyRing]) -> None:
        """A published key that the table lost and that somebody disabled may be stolen: it is not adopted."""
        for name, ring in self.store.rings.items():
            kept = {key.key_arn for key in backup[name].keys} if name in backup else set()
            for key in ring.keys:
                stored = self.kms.keys.get(key.key_arn or "")
                if key.key_arn not in kept and stored and stored.state == "Disabled":
                    self.watch.revoked.add(key.kid)

    def backup(self) -> dict[str, KeyRing]:
        """The table as a point in time holds it."""
        return {name: replace(ring) for name, ring in self.store.rings.items()}


class _Unlogged:
    """Reads of the ring store that are not part of any run's calls."""

    def __init__(self, store: WatchedStore) -> None:
        self._store = store

    def load(self, issuer: str) -> KeyRing | None:
        return self._store.rings.get(issuer)
