"""Many tokens in one call: signed side by side within a bound, answered in order, each on its own.

KMS throttles whole accounts. What it turns away is tried again, later each time and at random moments, while
time is left; what could not be signed says so in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, Final

from jwx.errors import InvalidRequest, JwxError, SigningUnavailable
from jwx.issuing.claims import kind

MOST_TOKENS: Final = 500
SIDE_BY_SIDE: Final = 16

_RESERVE: Final = 1.0
"""Seconds kept back for the answer, and for a KMS call that has begun."""
_FIRST_DELAY: Final = 0.05
_LONGEST_DELAY: Final = 2.0


class Patience:
    """Tries again while KMS is busy and time is left: full jitter, so that many callers spread out."""

    def __init__(
        self,
        *,
        seconds_left: Callable[[], float],
        sleep: Callable[[float], None],
        random: Callable[[], float],
    ) -> None:
        self.seconds_left = seconds_left
        self._sleep = sleep
        self._random = random

    def call[T](self, sign: Callable[[], T]) -> T:
        """What `sign` answers. Raises SigningUnavailable when the time is up."""
        for attempt in count():
            if self.seconds_left() < _RESERVE:
                break
            try:
                return sign()
            except SigningUnavailable as busy:
                if not busy.throttled:
                    raise
            delay = self._random() * min(_LONGEST_DELAY, _FIRST_DELAY * 2.0**attempt)
            if self.seconds_left() < delay + _RESERVE:
                break
            self._sleep(delay)
        raise SigningUnavailable(
            "not signed: KMS was busy until the time of this call was up", throttled=True
        )


def each_on_its_own(requests: object, issue: Callable[[object], dict[str, Any]]) -> list[dict[str, Any]]:
    """The answer or the error of each request, in order. Raises InvalidRequest for no batch at all."""
    if not isinstance(requests, list | tuple):
        raise InvalidRequest(f"tokens: an array of requests is needed, {kind(requests)} was given")
    if not 1 <= len(requests) <= MOST_TOKENS:
        raise InvalidRequest(f"tokens: {len(requests)} requests were given; 1 to {MOST_TOKENS} are allowed")
    with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(requests))) as pool:
        return list(pool.map(lambda request: _answer_or_error(request, issue), requests))


def _answer_or_error(request: object, issue: Callable[[object], dict[str, Any]]) -> dict[str, Any]:
    try:
        return issue(request)
    except JwxError as error:
        return {"error": type(error).__name__, "message": str(error)}
