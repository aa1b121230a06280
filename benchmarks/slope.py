"""How fast a cost grows, as one number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

CONSTANT: Final = 0.0
LINEAR: Final = 1.0
NOISE: Final = 0.2
"""A slope is a measurement too: so much more is nothing. What is quadratic is a whole 1 above linear."""


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The steepest between two neighbours, on logarithmic axes.

    Between the ends it would hide what begins to grow late: a cost with a constant part looks flat at first.
    """
    neighbours = zip(sizes, sizes[1:], costs, costs[1:], strict=False)
    return max(
        math.log(after / before) / math.log(large / small) for small, large, before, after in neighbours
    )
