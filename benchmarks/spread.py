"""Medians with their spread, and ratios taken round by round: a busy machine slows both sides of a ratio."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles
from typing import NamedTuple


class Spread(NamedTuple):
    """A median and the quarters around it."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        if len(values) < 3:
            return cls(min(values), median(values), max(values))
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return cls(low, middle, high)

    def show(self, digits: int = 1) -> str:
        """`12.3 (11.9 to 14.0)`."""
        return f"{self.middle:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def ratios(values: Sequence[float], floors: Sequence[float]) -> Spread:
    """Of values measured in the same rounds."""
    return Spread.of([value / floor for value, floor in zip(values, floors, strict=True)])
