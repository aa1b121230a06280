"""Answers kept in a dict, as `jwx.issuing.replay.Replays` wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jwx.errors import InvalidRequest, SigningUnavailable
from tests.fakes.clock import FakeClock


class FakeReplays:
    """`busy` holds keys that other calls are making answers for."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.kept: dict[str, tuple[str, float, dict[str, Any]]] = {}
        self.busy: set[str] = set()

    def once(
        self,
        *,
        key: str,
        payload: str,
        seconds: int,
        seconds_left: Callable[[], float],
        make: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        if key in self.busy:
            raise SigningUnavailable("under way", throttled=True)
        before, until, answer = self.kept.get(key, ("", 0.0, {}))
        if self._clock.exact <= until:
            if before != payload:
                raise InvalidRequest("idempotency_key: another request")
            return answer
        self.busy.add(key)
        try:
            made = make()
        finally:
            self.busy.discard(key)
        self.kept[key] = (payload, self._clock.exact + seconds, made)
        return made
