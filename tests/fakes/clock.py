"""A clock that moves only when told to."""

from __future__ import annotations


class FakeClock:
    """Whole epoch seconds, as `jwx.ports.Clock` wants them; `sleep` passes the time at once."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self._now = float(now)

    def __call__(self) -> int:
        return int(self._now)

    @property
    def exact(self) -> float:
        """With fractions of seconds, for what is faster than the product's clock."""
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds

    sleep = advance
