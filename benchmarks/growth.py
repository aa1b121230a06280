"""How cost grows with keys, issuers, trusted issuers and tokens: `python -m benchmarks.growth`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time_ns
from typing import Any, Final

from benchmarks.charts import growth
from benchmarks.goals import Goal
from benchmarks.growing import (
    authorizer_trusting,
    fleet_of,
    jwk_set_of,
    jwk_set_rendered,
    plan_of,
    ring_store_of,
    signer_of_claims,
    verifier_of_token,
)
from benchmarks.markdown import image, table
from benchmarks.progress import step
from benchmarks.section import FULL, Effort, Section
from benchmarks.slope import CONSTANT, LINEAR, NOISE, slope
from benchmarks.spread import Spread

type Call = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """One axis, and what is asked along it, each with the most that is promised of its slope."""

    name: str
    title: str
    unit: str
    sizes: Sequence[float]
    series: Mapping[str, tuple[Callable[[Any], Call], float]]


AXES: Final = (
    Growing(
        name="growth-keys",
        title="Keys in a set",
        unit="keys",
        sizes=(1, 10, 100),
        series={
            "JWK Set, known ring": (jwk_set_of, CONSTANT),
            "JWK Set, changed ring": (jwk_set_rendered, LINEAR),
            "plan": (plan_of, LINEAR),
        },
    ),
    Growing(
        name="growth-issuers",
        title="Issuers",
        unit="issuers",
        sizes=(1, 100, 10_000),
        series={
            "status of one": (lambda n: ring_store_of(n, "status"), CONSTANT),
            "plan of one": (lambda n: ring_store_of(n, "plan"), CONSTANT),
            "scheduled run over all": (fleet_of, LINEAR),
        },
    ),
    Growing(
        name="growth-trusted",
        title="Trusted issuers of an authorizer",
        unit="issuers",
        sizes=(1, 10, 50),
        series={
            "decision, new token": (lambda n: authorizer_trusting(n, seen=False), CONSTANT),
            "decision, token seen before": (lambda n: authorizer_trusting(n, seen=True), CONSTANT),
        },
    ),
    Growing(
        name="growth-token",
        title="Size of a token",
        unit="KB",
        sizes=(0.3, 1, 4, 16),
        series={
            "verify, new token": (lambda kb: verifier_of_token(kb, seen=False), LINEAR),
            "verify, token seen before": (lambda kb: verifier_of_token(kb, seen=True), LINEAR),
            "sign": (signer_of_claims, LINEAR),
        },
    ),
)


def section(effort: Effort) -> Section:
    """All axes, each with its chart."""
    parts, charts, goals = [], {}, []
    for axis in AXES:
        sizes = axis.sizes[:2] if effort.smoke else axis.sizes
        measured = {
            name: _along(f"growth: {name}", make, sizes, effort) for name, (make, _) in axis.series.items()
        }
        middles = {name: [each.middle for each in spreads] for name, spreads in measured.items()}
        promises = [promise(axis, name, sizes, middles[name]) for name in measured]
        rows = [
            [name, *(each.show(0) for each in measured[name]), f"{goal.value:.2f}", goal.verdict]
            for name, goal in zip(measured, promises, strict=True)
        ]
        head = ["", *(f"{size:g} {axis.unit}" for size in sizes), "slope", "promised"]
        charts[axis.name] = growth(axis.title, sizes, middles, unit=axis.unit)
        goals += promises
        parts += [f"**{axis.title}**", table(head, rows), image(axis.name, f"CPU time over {axis.unit}")]
    head_line = (
        "CPU microseconds, median and quartiles. The slope is the steepest of the chart, whose axes are both "
        f"logarithmic: 0 is constant, 1 is linear, and {NOISE:g} are left to noise."
    )
    return Section(name="growth", text="\n\n".join([head_line, *parts]), charts=charts, goals=goals)


def promise(axis: Growing, name: str, sizes: Sequence[float], middles: Sequence[float]) -> Goal:
    """The slope of one series, and what it may be."""
    most = axis.series[name][1] + NOISE
    return Goal(about=f"{name}, over {axis.unit}: slope", value=slope(sizes, middles), most=most)


def _along(what: str, make: Callable[[Any], Call], sizes: Sequence[float], effort: Effort) -> list[Spread]:
    """Interleaved: each round measures every size."""
    calls = [make(size) for size in sizes]
    values: list[list[float]] = [[] for _ in sizes]
    for _ in step(what, range(effort.rounds)):
        for call, kept in zip(calls, values, strict=True):
            kept.append(_microseconds(call, smoke=effort.smoke))
    return [Spread.of(kept) for kept in values]


def _microseconds(call: Call, *, smoke: bool) -> float:
    """Repeated until 20 ms were spent; what takes longer is done once."""
    spent = times = 0
    while spent < (1 if smoke else 20_000_000):
        begun = process_time_ns()
        call()
        spent += process_time_ns() - begun
        times += 1
    return spent / times / 1e3


if __name__ == "__main__":
    print(section(FULL).text)
