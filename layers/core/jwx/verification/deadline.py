"""How long one verification may wait for others, in all.

A token can need three documents: discovery, key set, deny-list. Each with a bound of its own would add up to
more than a caller waits for, so what the first has used is gone for the next.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT: Final = 3.0
"""Seconds, unless told otherwise: for a verification in all, and for a fetch by itself."""


class Deadline:
    """Runs from the moment that it is made, by a clock that nobody sets."""

    __slots__ = ("_ends_at", "_timer")

    def __init__(self, seconds: float = TIMEOUT, timer: Callable[[], float] = time.monotonic) -> None:
        self._ends_at, self._timer = timer() + seconds, timer

    def left(self) -> float:
        """Seconds that are left; 0 when it has passed."""
        return max(0.0, self._ends_at - self._timer())

    def at_most(self, seconds: float) -> Deadline:
        """A part of it, for a wait that is not worth all of it."""
        return Deadline(min(seconds, self.left()), self._timer)

    def require(self) -> float:
        """Seconds that are left; TimeoutError when it has passed."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left
