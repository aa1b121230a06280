"""What a warm request costs, by journey, and where the time goes: `python -m benchmarks.warm_path`."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.charts import bars
from benchmarks.journey import Journey
from benchmarks.journeys import JOURNEYS
from benchmarks.section import FULL, Effort, Section, image, table
from benchmarks.spread import Spread, ratios, verdict

REQUESTS: Final = 300
"""In each round."""

_SHOWN: Final = 7


def section(effort: Effort) -> Section:
    """Measure all journeys, interleaved, and profile each."""
    journeys = [make() for make in JOURNEYS]
    requests = 5 if effort.smoke else REQUESTS
    own: dict[str, list[float]] = {journey.name: [] for journey in journeys}
    peers: dict[str, list[float]] = {journey.name: [] for journey in journeys}
    for _ in range(effort.rounds * 3):
        for journey in journeys:
            own[journey.name].append(_cpu(journey.request, requests))
            peers[journey.name].append(_cpu(journey.floor, requests))
    rows = [_row(journey, own[journey.name], peers[journey.name], requests) for journey in journeys]
    profiles = [f"**{journey.name}**\n\n{_profile(journey, requests)}" for journey in journeys]
    text = "\n\n".join(
        [
            "CPU microseconds of our own for one request; DynamoDB, KMS and the key endpoint answer at once, "
            "in process. Calls are those of one request.",
            table(["", "own CPU", "of its floor", "the floor", "calls", "goal"], rows),
            image("warm-path", "CPU microseconds of a warm request"),
            "Where it goes: the share of each function's own time.",
            *profiles,
        ]
    )
    middles = {name: Spread.of(values).middle for name, values in own.items()}
    floors = [Spread.of(peers[name]).middle for name in middles]
    above = [max(0.0, value - floor) for value, floor in zip(middles.values(), floors, strict=True)]
    chart = bars("Warm requests, own CPU in microseconds", list(middles), {"floor": floors, "ours": above})
    return Section(name="warm_path", text=text, charts={"warm-path": chart})


def _cpu(call: Callable[[], object], requests: int) -> float:
    begun = time.process_time_ns()
    for _ in range(requests):
        call()
    return (time.process_time_ns() - begun) / requests / 1e3


def _row(journey: Journey, own: Sequence[float], floor: Sequence[float], requests: int) -> list[str]:
    journey.calls.clear()
    for _ in range(requests):
        journey.request()
    calls = ", ".join(f"{count / requests:g} {name}" for name, count in journey.calls.items()) or "none"
    spread = Spread.of(own)
    goal = verdict(spread.middle, journey.goal) if journey.goal else ""
    return [journey.name, spread.show(0), ratios(own, floor).show(2), journey.floor_is, calls, goal]


def _profile(journey: Journey, requests: int) -> str:
    """The functions with the largest time of their own, called by their module."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(requests):
        journey.request()
    profile.disable()
    shares: Counter[str] = Counter()
    total = 0.0
    entries = pstats.Stats(profile, stream=io.StringIO()).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, itself, _, _) in entries.items():
        shares[_called(file, function)] += itself
        total += itself
    rows = [[f"`{name}`", f"{share / total:.0%}"] for name, share in shares.most_common(_SHOWN)]
    return table(["", "share"], rows)


def _called(file: str, function: str) -> str:
    """`jwx/jose/jwt.py` and `parse` make `jwx.jose.jwt.parse`."""
    parts = Path(file).with_suffix("").parts
    root = next((index for index, part in enumerate(parts) if part in ("jwx", "jwx_aws", "jwt")), None)
    if root is None:
        return function.removeprefix("<").removesuffix(">")
    return ".".join((*parts[root:], function))


if __name__ == "__main__":
    print(section(FULL).text)
