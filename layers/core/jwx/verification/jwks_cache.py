"""One issuer's key set: a kept document, and what to do about a `kid` that is not in it.

Random kids cost the endpoint no more than `burst` fetches and one more each `refill` seconds, and no
honest caller pays for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jwx.errors import VerificationError
from jwx.jose.jwk_set import JwkSet, MalformedJwkSet, parse_jwk_set
from jwx.verification.deadline import Deadline
from jwx.verification.document_cache import CacheLimits, DocumentCache
from jwx.verification.fetched import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.jose.jwa import Algorithm
    from jwx.jose.jwk_set import VerificationKey
    from jwx.verification.fetched import Fetch, Fetched

MAX_UNKNOWN_KIDS: Final = 1024
MAX_KID_LENGTH: Final = 256


class JwksCache:
    """Answers with a key of the issuer's current set; fetches no more than it must."""

    def __init__(
        self,
        locate: Callable[[Deadline, bool], str],
        fetch: Fetch,
        clock: Callable[[], float],
        limits: CacheLimits = CacheLimits(),  # noqa: B008 (an immutable value)
    ) -> None:
        self._clock, self._limits = clock, limits
        self._set = DocumentCache(locate, _parse, fetch, clock, limits, unavailable="keys_unavailable")
        self._unknown: dict[str, float] = {}
        self._allowance, self._counted_at = float(limits.burst), clock()
        self.current: Callable[..., JwkSet] = self._set.current

    def find(self, kid: str | None, algorithm: Algorithm, deadline: Deadline) -> VerificationKey:
        """The one key that the token can mean. The set is asked before the memory of unknown kids."""
        started = self._clock()
        key = self._set.current(deadline).select(kid, algorithm)
        if key is None:
            key = self._ask_about(str(kid), started, deadline).select(kid, algorithm)
        if key is None:
            self._remember_unknown(str(kid))
            raise VerificationError("unknown_key")
        return key

    def _ask_about(self, kid: str, started: float, deadline: Deadline) -> JwkSet:
        """A set that is newer than the question, unless asking again would cost the endpoint too much."""
        copy, now = self._set.copy, self._clock()
        if copy is not None and copy.asked_at >= started:
            return copy.parsed  # fetched for this very token
        is_fresh = copy is not None and copy.is_fresh(now)
        if is_fresh and (self._is_known_unknown(kid, now) or not self._take_allowance(now)):
            raise VerificationError("unknown_key")
        newer = self._set.refresh(copy, wait=True, deadline=deadline)
        if newer is None:
            raise self._set.unavailable()
        return newer.parsed

    def _is_known_unknown(self, kid: str, now: float) -> bool:
        return len(kid) > MAX_KID_LENGTH or now < self._unknown.get(kid, 0.0)

    def _remember_unknown(self, kid: str) -> None:
        if len(kid) > MAX_KID_LENGTH:
            return  # never asked for anyway
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


def _parse(answer: Fetched) -> JwkSet:
    try:
        jwks = parse_jwk_set(answer.body or b"")
    except MalformedJwkSet as error:
        raise FetchFailed("no JWK Set") from error
    if not jwks.keys and not answer.must_revalidate:
        # An empty set is an accident, unless the endpoint insists on it (RFC 9111 section 5.2.2.2).
        raise FetchFailed("no usable key in the set")
    return jwks
