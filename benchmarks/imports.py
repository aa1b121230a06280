"""What the imports of a start are made of, as `python -X importtime` tells it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from benchmarks.markdown import table
from benchmarks.processes import Function, ran
from benchmarks.progress import step
from benchmarks.spread import Spread

BRINGERS: Final = {
    "botocore": "botocore",
    "aws_lambda_powertools": "Powertools",
    "jwt": "PyJWT",
    "cryptography": "`cryptography`",
}
"""Distributions by their package. What one of them imports counts for it, unless it was there before."""

OURS: Final = ("jwx", "jwx_aws", "app")
COLUMNS: Final = (*BRINGERS.values(), "our own modules", "standard library")
_LINE: Final = re.compile(r"import time: +(\d+) \| +\d+ \| ( *)(\S+)")
_READY: Final = "import app; getattr(app, 'from_env', dict)()"

type Cost = Counter[str]


def imports_table(functions: Sequence[Function], *, rounds: int) -> str:
    """Milliseconds of each function's imports, by who brought them."""
    costs: dict[str, list[Cost]] = {function.name: [] for function in functions}
    for _ in step("imports", range(rounds)):
        for function in functions:
            costs[function.name].append(
                cost_of(ran(function, "-X", "importtime", "-c", _READY).stderr.splitlines())
            )
    rows = [[name, *_cells(measured)] for name, measured in costs.items()]
    return table(["", *COLUMNS, "all"], rows)


def cost_of(lines: Sequence[str]) -> Cost:
    """Microseconds by bringer. A module is told after those that it imports, which stand further in."""
    cost: Cost = Counter()
    above: list[tuple[int, str]] = []
    for match in filter(None, map(_LINE.fullmatch, reversed(lines))):
        microseconds, depth, name = int(match[1]), len(match[2]), match[3]
        while above and above[-1][0] >= depth:
            above.pop()
        bringer = _bringer(name.partition(".")[0], above[-1][1] if above else "standard library")
        above.append((depth, bringer))
        cost[bringer] += microseconds
    return cost


def _bringer(package: str, importer: str) -> str:
    if importer in BRINGERS.values():
        return importer
    return BRINGERS.get(package) or ("our own modules" if package in OURS else "standard library")


def _cells(measured: Sequence[Cost]) -> list[str]:
    by_column = [Spread.of([cost[column] for cost in measured]).middle for column in COLUMNS]
    whole = Spread.of([cost.total() for cost in measured]).middle
    return [f"{each / 1e3:.0f}" if each else "" for each in (*by_column, whole)]
