"""One issuer's key set, kept: RFC 9111 for the freshness, RFC 5861 for the outage.

A Lambda freezes between invocations, so there is no timer and no thread: each question looks at the
clock, and the clock and the fetch are arguments. All ages are taken by the wall clock, since a
monotonic one stands still while the machine is frozen.

The promises: a revoked key is gone within `ceiling` seconds of its leaving the endpoint; an outage
stops nobody for `stale_if_error` seconds; random kids cost the endpoint no more than `burst` fetches
and one more each `refill` seconds; after an outage the endpoint is asked again within `MAX_BACKOFF`.
"""

from __future__ import annotations

from _thread import allocate_lock
from typing import TYPE_CHECKING, Final, NamedTuple

from jwx.errors import VerificationError
from jwx.fetched import FetchFailed
from jwx.jwk_set import JwkSet, MalformedJwkSet, VerificationKey, parse_jwk_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.fetched import Fetch, Fetched
    from jwx.jwa import Algorithm

MAX_BACKOFF: Final = 5.0
MAX_UNKNOWN_KIDS: Final = 1024
MAX_KID_LENGTH: Final = 256


class CacheLimits(NamedTuple):
    """Seconds, but for `burst`, a number of fetches."""

    floor: float = 10.0
    ceiling: float = 30.0
    stale_if_error: float = 3600.0
    unknown_kid: float = 10.0
    burst: int = 5
    refill: float = 10.0


class _Copy(NamedTuple):
    """The set as it was taken; `asked_at` is before the fetch, so that its duration counts too."""

    jwks: JwkSet
    url: str
    body: bytes
    etag: str | None
    asked_at: float
    fresh_until: float
    usable_until: float


class JwksCache:
    """Answers with a key of the issuer's current set; fetches no more than it must."""

    def __init__(
        self,
        locate: Callable[[], str],
        fetch: Fetch,
        clock: Callable[[], float],
        limits: CacheLimits = CacheLimits(),  # noqa: B008 (an immutable value)
    ) -> None:
        self._locate, self._fetch, self._clock, self._limits = locate, fetch, clock, limits
        self._one_at_a_time = allocate_lock()
        self._copy: _Copy | None = None
        self._failures = 0
        self._failed_at = 0.0
        self._unknown: dict[str, float] = {}
        self._allowance, self._counted_at = float(limits.burst), clock()

    def current(self) -> JwkSet:
        """The set to judge with just now; a retryable error when there is none."""
        now, copy = self._clock(), self._copy
        if not _is_fresh(copy, now):
            # Another thread's fetch is waited for only when there is nothing to go on with meanwhile.
            self._refresh(copy, wait=not _is_usable(copy, now))
            copy = self._copy
        if copy is None or not _is_usable(copy, now):
            raise _unavailable()
        return copy.jwks

    def find(self, kid: str | None, algorithm: Algorithm) -> VerificationKey:
        """The one key that the token can mean. The set is asked before the memory of unknown kids."""
        started = self._clock()
        key = self.current().select(kid, algorithm)
        if key is None:
            key = self._ask_about(str(kid), started).select(kid, algorithm)
        if key is None:
            self._remember_unknown(str(kid))
            raise VerificationError("unknown_key")
        return key

    def _ask_about(self, kid: str, started: float) -> JwkSet:
        """A set that is newer than the question, unless asking again would cost the endpoint too much."""
        copy, now = self._copy, self._clock()
        if copy is not None and copy.asked_at >= started:
            return copy.jwks  # fetched for this very token
        if _is_fresh(copy, now) and (self._is_known_unknown(kid, now) or not self._take_allowance(now)):
            raise VerificationError("unknown_key")
        if not self._refresh(copy, wait=True):
            raise _unavailable()
        return self.current()

    def _is_known_unknown(self, kid: str, now: float) -> bool:
        return len(kid) > MAX_KID_LENGTH or now < self._unknown.get(kid, 0.0)

    def _remember_unknown(self, kid: str) -> None:
        if len(self._unknown) >= MAX_UNKNOWN_KIDS:
            self._unknown.clear()
        self._unknown[kid] = self._clock() + self._limits.unknown_kid

    def _take_allowance(self, now: float) -> bool:
        refilled = max(0.0, now - self._counted_at) / self._limits.refill
        self._allowance = min(float(self._limits.burst), self._allowance + refilled)
        self._counted_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _refresh(self, seen: _Copy | None, *, wait: bool) -> bool:
        """Whether there is a newer copy than `seen` now; one fetch at a time, none right after a failure."""
        if not self._one_at_a_time.acquire(blocking=wait):
            return False
        try:
            if self._copy is not seen:
                return True  # another thread was faster
            now = self._clock()
            if 0 <= now - self._failed_at < self._backoff():
                return False
            # Counted before it starts: an invocation that is killed in the middle has tried as well.
            self._failures, self._failed_at = self._failures + 1, now
            self._copy = self._fetch_copy(now)
            self._failures = 0
            return True
        except (FetchFailed, MalformedJwkSet):
            self._failed_at = self._clock()
            return False
        finally:
            self._one_at_a_time.release()

    def _backoff(self) -> float:
        return min(MAX_BACKOFF, 0.5 * 2 ** min(self._failures, 4)) if self._failures else 0.0

    def _fetch_copy(self, now: float) -> _Copy:
        url, old = self._locate(), self._copy
        answer = self._fetch(url, etag=old.etag if old and old.url == url else None)
        fresh_for = self._limits.ceiling if answer.fresh_for is None else answer.fresh_for
        fresh_until = now + min(max(fresh_for, self._limits.floor), self._limits.ceiling)
        usable_until = fresh_until + self._limits.stale_if_error
        if answer.body is None and old is None:
            raise FetchFailed("not modified, and there is no copy")
        if old is not None and answer.body in (None, old.body):
            jwks, body = old.jwks, old.body  # the same objects: what was verified with them still holds
        else:
            jwks, body = _parse(answer), answer.body or b""
        return _Copy(jwks, url, body, answer.etag, now, fresh_until, usable_until)


def _parse(answer: Fetched) -> JwkSet:
    jwks = parse_jwk_set(answer.body or b"")
    if not jwks.keys and not answer.must_revalidate:
        # An empty set is an accident, unless the endpoint insists on it (RFC 9111 section 5.2.2.2).
        raise FetchFailed("no usable key in the set")
    return jwks


def _is_fresh(copy: _Copy | None, now: float) -> bool:
    # A clock that went back must not keep a set alive.
    return copy is not None and copy.asked_at <= now < copy.fresh_until


def _is_usable(copy: _Copy | None, now: float) -> bool:
    return copy is not None and copy.asked_at - MAX_BACKOFF <= now < copy.usable_until


def _unavailable() -> VerificationError:
    return VerificationError("keys_unavailable", retryable=True)
