"""One document of an issuer, kept: RFC 9111 for the freshness, RFC 5861 for the outage.

A Lambda freezes between invocations, so there is no timer and no thread: each question looks at the
clock, and the clock and the fetch are arguments. All ages are taken by the wall clock, since a
monotonic one stands still while the machine is frozen.

The promises: what left the endpoint is gone from here within `ceiling` seconds; an outage stops nobody
for `stale_if_error` seconds; after it the endpoint is asked again within `MAX_BACKOFF`, and waited for as
long as a slow one needs within `PATIENCE_EVERY`.
"""

from __future__ import annotations

from _thread import allocate_lock
from typing import TYPE_CHECKING, Final

from jwx.errors import VerificationError
from jwx.named_tuple import NamedTuple
from jwx.verification.deadline import Deadline
from jwx.verification.fetched import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.fetched import Fetch, Fetched

MAX_BACKOFF: Final = 5.0
HASTE: Final = 1.0
"""Seconds that a question waits for an endpoint that failed just now, when there is a copy to go on with."""
PATIENCE_EVERY: Final = 60.0
"""But now and then it gets all the time there is, lest a slow one be taken for one that fails."""


class CacheLimits(NamedTuple):
    """Seconds, but for `burst`, a number of fetches."""

    floor: float = 10.0
    ceiling: float = 30.0
    stale_if_error: float = 3600.0
    unknown_kid: float = 10.0
    burst: int = 5
    refill: float = 10.0


class Copy[Parsed](NamedTuple):
    """The document as it was taken; `asked_at` is before the fetch, so that its duration counts too."""

    parsed: Parsed
    url: str
    body: bytes
    etag: str | None
    asked_at: float
    fresh_until: float
    usable_until: float

    def is_fresh(self, now: float) -> bool:
        """A clock that went back must not keep a copy alive."""
        return self.asked_at <= now < self.fresh_until

    def is_usable(self, now: float) -> bool:
        """Fresh, or the best there is while the endpoint fails."""
        return self.asked_at - MAX_BACKOFF <= now < self.usable_until


class DocumentCache[Parsed]:
    """Answers with what `parse` made of the document; fetches no more than it must.

    `parse` raises FetchFailed for a document that must not replace the one from before. `locate` is told
    whether the last try failed, so that the place itself is in doubt.
    """

    def __init__(
        self,
        locate: Callable[[Deadline, bool], str],
        parse: Callable[[Fetched], Parsed],
        fetch: Fetch,
        clock: Callable[[], float],
        limits: CacheLimits,
        *,
        unavailable: str,
    ) -> None:
        self._locate, self._parse, self._fetch = locate, parse, fetch
        self._clock, self._limits, self._unavailable = clock, limits, unavailable
        self._one_at_a_time = allocate_lock()
        self._failures = 0
        self._failed_at = self._patient_at = 0.0
        self.copy: Copy[Parsed] | None = None

    def current(self, deadline: Deadline | None = None) -> Parsed:
        """The document to judge with just now; a retryable error when there is none.

        `deadline` is the verification's; without one the document has the time of a fetch for itself.
        """
        now, copy = self._clock(), self.copy
        if copy is not None and copy.asked_at <= now < copy.fresh_until:  # `is_fresh`, in the hot path
            return copy.parsed
        # Another thread's fetch is waited for only when there is nothing to go on with meanwhile.
        must_wait = copy is None or not copy.is_usable(now)
        newer = self.refresh(copy, wait=must_wait, deadline=deadline or Deadline())
        if newer is not None:
            return newer.parsed  # for this very question, however long it took and however short it is kept
        copy = self.copy
        if copy is None or not copy.is_usable(now):
            raise self.unavailable()
        return copy.parsed

    def refresh(self, seen: Copy[Parsed] | None, *, wait: bool, deadline: Deadline) -> Copy[Parsed] | None:
        """The copy that is newer than `seen`, if any; one fetch at a time, none right after a failure."""
        if not self._one_at_a_time.acquire(timeout=deadline.left() if wait else 0):
            return None
        try:
            if self.copy is not seen:
                return self.copy  # another thread was faster
            now = self._clock()
            if 0 <= now - self._failed_at < self._backoff() or not deadline.left():
                return None
            share = self._share(now, deadline)
            # Counted before it starts: an invocation that is killed in the middle has tried as well.
            self._failures, self._failed_at = self._failures + 1, now
            self.copy = self._take(now, share)
            self._failures = 0
            return self.copy
        except FetchFailed:
            self._failed_at = self._clock()
            return None
        finally:
            self._one_at_a_time.release()

    def unavailable(self) -> VerificationError:
        """Nothing usable, and the endpoint does not answer."""
        return VerificationError(self._unavailable, retryable=True)

    def _share(self, now: float, deadline: Deadline) -> Deadline:
        """All of the time, or little of it: who has a copy need not wait out each try of an outage.

        All of it for the first try, for one in each minute, without a usable copy, and where a copy is about
        to be over: twice the back-off before it there is one more try at least.
        """
        copy, was_patient = self.copy, 0 <= now - self._patient_at < PATIENCE_EVERY
        is_safe = copy is not None and copy.is_usable(now) and now + 2 * MAX_BACKOFF < copy.usable_until
        if is_safe and self._failures and was_patient:
            return deadline.at_most(HASTE)
        self._patient_at = now
        return deadline

    def _backoff(self) -> float:
        return min(MAX_BACKOFF, 0.5 * 2 ** min(self._failures, 4)) if self._failures else 0.0

    def _take(self, now: float, deadline: Deadline) -> Copy[Parsed]:
        is_first_try = self._failures == 1
        url, old = self._locate(deadline, not is_first_try), self.copy
        timeout = deadline.left()
        if not timeout:
            raise FetchFailed("no time is left")
        # After a failure the whole document is asked for: maybe the condition is what the endpoint chokes on.
        sent = old.etag if old and old.url == url and is_first_try else None
        answer = self._fetch(url, etag=sent, timeout=timeout)
        fresh_for = self._limits.ceiling if answer.fresh_for is None else answer.fresh_for
        fresh_until = now + min(max(fresh_for, self._limits.floor), self._limits.ceiling)
        usable_until = fresh_until + self._limits.stale_if_error
        etag = answer.etag
        if answer.body is None and (sent is None or _opaque(etag or sent) != _opaque(sent)):
            raise FetchFailed("not modified, but we have no such copy")
        if old is not None and answer.body in (None, old.body):
            parsed, body = old.parsed, old.body  # the same object: what was verified with it still holds
            # RFC 9110 section 15.4.5 wants the ETag repeated; who leaves it out means the one we sent.
            etag = etag or (old.etag if answer.body is None else None)
        else:
            parsed, body = self._parse(answer), answer.body or b""
        return Copy(parsed, url, body, etag, now, fresh_until, usable_until)


def _opaque(etag: str | None) -> str | None:
    """RFC 9110 section 8.8.3.2: weak or strong, it names one document. RFC 9111 section 4.3.4: a 304 that
    names another than ours must not lengthen the life of ours."""
    return etag.removeprefix("W/") if etag else None
