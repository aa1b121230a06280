"""What a warm request costs, by journey, and where the time goes: `python -m benchmarks.warm_path`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks.charts import bars
from benchmarks.goals import Goal, goals_table
from benchmarks.journey import Journey
from benchmarks.journeys import JOURNEYS
from benchmarks.markdown import image, table
from benchmarks.profiles import profile
from benchmarks.progress import step
from benchmarks.section import FULL, Effort, Section
from benchmarks.spread import Spread, ratios

REQUESTS: Final = 300
"""In each round."""


def section(effort: Effort) -> Section:
    """Measure all journeys, interleaved, and profile each."""
    journeys = [make() for make in JOURNEYS]
    requests = 5 if effort.smoke else REQUESTS
    own: dict[str, list[float]] = {journey.name: [] for journey in journeys}
    floors: dict[str, list[float]] = {journey.name: [] for journey in journeys}
    for _ in step("warm requests", range(effort.rounds * 3)):
        for journey in journeys:
            own[journey.name].append(_cpu(journey.request, requests))
            floors[journey.name].append(_cpu(journey.floor, requests))
    asked = {journey.name: _asked(journey, requests) for journey in journeys}
    rows = [
        _row(journey, own[journey.name], floors[journey.name], asked[journey.name]) for journey in journeys
    ]
    goals = [goal for journey in journeys for goal in _goals(journey, own[journey.name], asked[journey.name])]
    text = "\n\n".join(
        [
            "CPU microseconds of our own for one request; DynamoDB, KMS and the key endpoint answer at once, "
            "in process. Calls are those of one request.",
            table(["", "own CPU", "of its floor", "the floor", "calls"], rows),
            goals_table(goals),
            image("warm-path", "CPU microseconds of a warm request"),
            "Where it goes: shares of the time, first by package, then by module; what is built in counts "
            "for its caller.",
            *(f"**{journey.name}**\n\n{profile(journey.request, requests)}" for journey in journeys),
        ]
    )
    return Section(name="warm_path", text=text, charts={"warm-path": _chart(own, floors)}, goals=goals)


def _chart(own: Mapping[str, Sequence[float]], floors: Mapping[str, Sequence[float]]) -> bytes:
    middles = [Spread.of(values).middle for values in own.values()]
    least = [min(Spread.of(floors[name]).middle, middle) for name, middle in zip(own, middles, strict=True)]
    above = [middle - floor for middle, floor in zip(middles, least, strict=True)]
    title = "Warm requests, own CPU in microseconds"
    return bars(title, list(own), {"floor": least, "above": above})


def _cpu(call: Callable[[], object], requests: int) -> float:
    begun = time.process_time_ns()
    for _ in range(requests):
        call()
    return (time.process_time_ns() - begun) / requests / 1e3


def _asked(journey: Journey, requests: int) -> dict[str, float]:
    """Calls a request, on the average."""
    journey.calls.clear()
    for _ in range(requests):
        journey.request()
    return {name: count / requests for name, count in journey.calls.items()}


def _row(
    journey: Journey, own: Sequence[float], floors: Sequence[float], asked: Mapping[str, float]
) -> list[str]:
    calls = ", ".join(f"{count:g} {name}" for name, count in asked.items()) or "none"
    return [journey.name, Spread.of(own).show(0), ratios(own, floors).show(2), journey.floor_is, calls]


def _goals(journey: Journey, own: Sequence[float], asked: Mapping[str, float]) -> Iterator[Goal]:
    if journey.goal is not None:
        spread = Spread.of(own)
        about = f"{journey.name}: µs of own CPU"
        yield Goal(about=about, value=spread.middle, most=journey.goal, shown=spread.show(0))
    known = ", ".join(f"{most} {name}" for name, most in journey.asks.items()) or "none"
    more = sum(max(0.0, count - journey.asks.get(name, 0)) for name, count in asked.items())
    yield Goal(about=f"{journey.name}: calls beyond {known}", value=more, most=0)


if __name__ == "__main__":
    print(section(FULL).text)
