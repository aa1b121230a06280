"""How cost grows with keys, issuers, trusted issuers and tokens: `python -m benchmarks.growth`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time_ns
from typing import Any, Final

from benchmarks.charts import growth
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
from benchmarks.section import FULL, Effort, Section, image, table
from benchmarks.spread import Spread

type Call = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """One axis, and what is asked along it. A slope of 1 is linear; `bound` is the most that is promised."""

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
            "JWK Set, known ring": (jwk_set_of, 1.0),
            "JWK Set, changed ring": (jwk_set_rendered, 1.0),
            "plan": (plan_of, 1.0),
        },
    ),
    Growing(
        name="growth-issuers",
        title="Issuers",
        unit="issuers",
        sizes=(1, 100, 10_000),
        series={
            "status of one": (lambda n: ring_store_of(n, "status"), 0.1),
            "plan of one": (lambda n: ring_store_of(n, "plan"), 0.1),
            "scheduled run over all": (fleet_of, 1.0),
        },
    ),
    Growing(
        name="growth-trusted",
        title="Trusted issuers of an authorizer",
        unit="issuers",
        sizes=(1, 10, 50),
        series={
            "decision, new token": (lambda n: authorizer_trusting(n, seen=False), 0.1),
            "decision, token seen before": (lambda n: authorizer_trusting(n, seen=True), 0.1),
        },
    ),
    Growing(
        name="growth-token",
        title="Size of a token",
        unit="KB",
        sizes=(0.3, 1, 4, 16),
        series={
            "verify, new token": (lambda kb: verifier_of_token(kb, seen=False), 1.0),
            "verify, token seen before": (lambda kb: verifier_of_token(kb, seen=True), 1.0),
            "sign": (signer_of_claims, 1.0),
        },
    ),
)


def section(effort: Effort) -> Section:
    """All axes, each with its chart."""
    parts, charts = [], {}
    for axis in AXES:
        sizes = axis.sizes[:2] if effort.smoke else axis.sizes
        measured = {name: _along(make, sizes, effort) for name, (make, _) in axis.series.items()}
        middles = {name: [each.middle for each in spreads] for name, spreads in measured.items()}
        head = ["", *(f"{size:g} {axis.unit}" for size in sizes), "slope", "promised"]
        rows = [
            [name, *(_shown(each) for each in spreads), *_slope(sizes, middles[name], axis.series[name][1])]
            for name, spreads in measured.items()
        ]
        charts[axis.name] = growth(axis.title, sizes, middles, unit=axis.unit)
        parts += [f"**{axis.title}**", table(head, rows), image(axis.name, f"CPU time over {axis.unit}")]
    head_line = (
        "CPU microseconds, median and quartiles. The slope is that of the chart between its ends, where both "
        "axes are logarithmic: 0 is constant, 1 is linear."
    )
    return Section(name="growth", text="\n\n".join([head_line, *parts]), charts=charts)


def _along(make: Callable[[Any], Call], sizes: Sequence[float], effort: Effort) -> list[Spread]:
    """Interleaved: each round measures every size."""
    calls = [make(size) for size in sizes]
    values: list[list[float]] = [[] for _ in sizes]
    for _ in range(effort.rounds):
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


def _shown(spread: Spread) -> str:
    return spread.show(0)


def _slope(sizes: Sequence[float], middles: Sequence[float], bound: float) -> list[str]:
    slope = math.log(middles[-1] / middles[0]) / math.log(sizes[-1] / sizes[0])
    promised = "constant" if bound < 1 else "linear"
    # A slope is a measurement too: a tenth more is noise.
    return [f"{slope:.2f}", f"{promised}: {'met' if slope <= bound + 0.1 else 'missed'}"]


if __name__ == "__main__":
    print(section(FULL).text)
