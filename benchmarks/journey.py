"""A journey: a request of one kind, and what it is held to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A request, and the least that it can be done with."""

    name: str
    request: Callable[[], object]
    floor: Callable[[], object]
    floor_is: str
    calls: Counter[str]
    """What the request asked of AWS and of the key endpoint."""
    goal: float | None = None
    """Microseconds."""
    asks: Mapping[str, int] = field(default_factory=dict)
    """What it may ask, at the most and on the average."""
