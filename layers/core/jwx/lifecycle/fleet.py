"""The scheduled run over all issuers: in pages, within its time, and no bad issuer stops the others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jwx.errors import JwxError, LostRace
from jwx.issuer_names import DEFAULT
from jwx.lifecycle.adoption import Sweep, Swept
from jwx.lifecycle.course import Course
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.reconcile import Outcome, Reconciler
from jwx.ports import Clock, Journal, RingStore, RunRecord
from jwx.ring.issuer_transitions import new_ring
from jwx.ring.keyring import KeyRing
from jwx.ring.policy import RotationPolicy
from jwx.ring.transitions import ready

MARGIN = 20
"""Seconds kept back to write down where the run stopped; one issuer seldom takes longer."""

SLACK = 1800
"""Seconds that a standby may take beyond the propagation before its absence is worth an alarm."""


class Fleet:
    """Reconciles every issuer, then sweeps for orphans."""

    def __init__(
        self,
        *,
        store: RingStore,
        ledger: Ledger,
        reconciler: Reconciler,
        sweep: Sweep,
        record: RunRecord,
        journal: Journal,
        default_policy: RotationPolicy,
        clock: Clock,
        remaining: Callable[[], float],
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._reconciler = reconciler
        self._sweep = sweep
        self._record = record
        self._journal = journal
        self._default_policy = default_policy
        self._clock = clock
        self._remaining = remaining

    def bootstrap(self) -> None:
        """Make the `default` issuer, unless it is there or was deleted on purpose."""
        if self._ledger.load(DEFAULT) is None:
            ring = new_ring(DEFAULT, self._default_policy, now=self._clock())
            with suppress(LostRace):  # another run made it: that is as good
                self._ledger.create(ring)

    def run(self) -> dict[str, Any]:
        """One run over all issuers, from where the last one had to stop. Answers a summary."""
        with suppress(JwxError):  # what is wrong with one issuer is told when its turn comes
            self.bootstrap()
        course, tally, done = Course(record=self._record, clock=self._clock), _Tally(clock=self._clock), True
        if course.broken_off_at is not None:
            self._journal.warned(course.broken_off_at, "a run was ended here or soon behind")
        for issuer in course.issuers(self._store):
            if self._remaining() < MARGIN:
                done = False
                break
            course.enter(issuer)
            self._one(issuer, tally)
        swept = self._swept() if done else None
        failed = bool(tally.failed) or (done and swept is None)
        last_success_at = course.stop(done=done, failed=failed)
        since = self._clock() - last_success_at if last_success_at is not None else None
        self._journal.measured("*", tally.metrics(since=since, orphans=swept.left if swept else None))
        return {
            "issuers": tally.issuers,
            "steps": tally.steps,
            "failed": tally.failed,
            "complete": done,
            "orphans": None
            if swept is None
            else {"adopted": swept.adopted, "deleted": swept.deleted, "left": swept.left},
        }

    def _swept(self) -> Swept | None:
        """None when nobody can say which keys there are."""
        try:
            return self._sweep.run()
        except JwxError as error:
            self._journal.warned("*", f"orphans could not be looked for: {type(error).__name__}: {error}")
            return None

    def _one(self, issuer: str, tally: _Tally) -> None:
        try:
            outcome = self._reconciler.run(issuer, patience=0)  # a thousand others wait for their turn
        except Exception as error:
            # Whatever is wrong with one issuer, the others' keys must still rotate.
            self._journal.warned(issuer, f"the run failed: {type(error).__name__}")
            tally.fail(issuer)
            return
        for step, reason in outcome.failed:
            self._journal.warned(issuer, f"{step.action}: {type(reason).__name__}: {reason}")
        tally.add(outcome)


class _Tally:
    """What a run over all issuers adds up to. No metric has an issuer as dimension: each would cost."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self.issuers = 0
        self.steps = 0
        self.failed: list[str] = []
        self._oldest_active = 0
        self._standbys_ready = True

    def fail(self, issuer: str) -> None:
        self.issuers += 1
        self.failed.append(issuer)

    def add(self, outcome: Outcome) -> None:
        self.issuers += 1
        self.steps += len(outcome.done)
        if not outcome.succeeded:
            self.failed.append(outcome.ring.issuer)
        ring, now = outcome.ring, self._clock()
        if ring.deleting_since is not None:
            return
        for algorithm in ring.policy.algorithms:
            active, standby = ring.active(algorithm), ring.standby(algorithm)
            if active is not None and active.activated_at is not None:
                self._oldest_active = max(self._oldest_active, now - active.activated_at)
            # Invariant 4 gives a new standby this long; before, that it is not ready is no news.
            since = _waits_since(ring, algorithm)
            due = since is None or now - since > ring.policy.propagation + SLACK
            self._standbys_ready &= not due or (standby is not None and ready(standby, now))

    def metrics(self, *, since: int | None, orphans: int | None) -> dict[str, int]:
        """Metric values of the whole run; what is not known is left out."""
        values = {
            "ActiveKeyAge": self._oldest_active,
            "StandbyReady": int(self._standbys_ready),
            "Steps": self.steps,
        }
        if since is not None:
            values["SecondsSinceLastSuccessfulRun"] = since
        if orphans is not None:
            values["Orphans"] = orphans
        return values


def _waits_since(ring: KeyRing, algorithm: str) -> int | None:
    """From when its standby has to wait for the caches; None if something should sign and nothing does.

    The first key of an algorithm that joined the policy has no predecessor, and waits from its publication.
    """
    active, standby = ring.active(algorithm), ring.standby(algorithm)
    if active is not None:
        return active.activated_at
    begun = any(key.activated_at is not None for key in ring.keys if key.algorithm == algorithm)
    begun = begun or any(stone.algorithm == algorithm for stone in ring.tombstones)
    return standby.published_at if standby is not None and not begun else None
