"""In which order a run takes the issuers, and how far it came: the next one knows whatever ended this one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from jwx.errors import ServiceFailed
from jwx.ports import Clock, Progress, RingStore, RunRecord

NOTE_EVERY = 10
"""Seconds between two notes of where a run is: ten thousand issuers must not cost ten thousand writes."""


class Course:
    """One run's way through the issuers.

    A call to AWS that hangs may outlast the run, which then never says where it stopped. So it now and then
    notes an issuer before its turn. A run that finds such a note begins behind it, comes round to that issuer
    last, and notes each one: should it be ended as well, it is known at which.
    """

    def __init__(self, *, record: RunRecord, clock: Clock) -> None:
        self._record = record
        self._clock = clock
        self._before = record.load()
        self._at: str | None = None
        self._noted_at: int | None = None

    @property
    def broken_off_at(self) -> str | None:
        """The issuer at which the last run was ended, or soon behind which; None if it ended by itself."""
        return self._before.resume_after if self._before.under_way else None

    def issuers(self, store: RingStore) -> Iterator[str]:
        """Those behind where the last run stopped; all of them if it did not stop by itself."""
        yield from store.issuers(after=self._before.resume_after)
        last = self.broken_off_at
        for issuer in store.issuers() if last is not None else ():
            yield issuer
            if issuer == last:
                return

    def enter(self, issuer: str) -> None:
        """It is this issuer's turn. A note that cannot be written must not stop the run."""
        self._at, now = issuer, self._clock()
        due = self._noted_at is None or now - self._noted_at >= NOTE_EVERY
        if due or self._before.under_way:
            with suppress(ServiceFailed):
                self._record.save(replace(self._unfinished(failed=False), under_way=True))
                self._noted_at = now

    def stop(self, *, done: bool, failed: bool) -> int | None:
        """The run ends by itself. Answers when one last served every issuer of the stack."""
        before, progress = self._before, self._unfinished(failed=failed)
        if done:
            all_served = before.resume_after is None or before.under_way or not before.failed
            success = self._clock() if all_served and not failed else before.last_success_at
            progress = Progress(last_success_at=success)
        self._record.save(progress)
        return progress.last_success_at

    def _unfinished(self, *, failed: bool) -> Progress:
        """What is left to the next run when this one gets no further."""
        before = self._before
        if self._at is None:
            return before
        return Progress(
            last_success_at=before.last_success_at,
            resume_after=self._at,
            failed=failed or before.failed or before.under_way,
        )
