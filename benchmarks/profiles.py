"""Where the time of a call goes, by package and by module; what is built in counts for whoever calls it."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.markdown import table
from benchmarks.section import ROOT

_SHOWN: Final = 7
_ROOTS: Final = ("core", "aws", "site-packages", "python3.13")
"""Folders that modules lie in."""

_STAND_INS: Final = (str(ROOT / "tests"), str(ROOT / "benchmarks"))
"""What stands for AWS and keeps the measurement going."""

type Place = tuple[str, int, str]
"""File, line and name of a function; what is built in has `~` for a file."""


def profile(call: Callable[[], object], times: int) -> str:
    """Shares of the time, as Markdown."""
    recorded = cProfile.Profile()
    recorded.enable()
    for _ in range(times):
        call()
    recorded.disable()
    modules: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    for module, nanoseconds in _spent(recorded):
        modules[module] += nanoseconds
        packages[module.partition(".")[0]] += nanoseconds
    rows = [[f"`{name}`", _share(modules, name)] for name, _ in modules.most_common(_SHOWN)]
    summary = ", ".join(f"`{name}` {_share(packages, name)}" for name, _ in packages.most_common(4))
    return f"{summary}.\n\n{table(['', 'share'], rows)}"


def _spent(recorded: cProfile.Profile) -> Iterator[tuple[str, int]]:
    """Nanoseconds in functions themselves, by module."""
    stats: Any = pstats.Stats(recorded)
    for place, (_, _, itself, _, callers) in stats.stats.items():
        if place[0] != "~":
            yield _module(place), round(itself * 1e9)
            continue
        for caller, (_, _, for_it, _) in callers.items():
            yield (_module(caller) if caller[0] != "~" else "built in"), round(for_it * 1e9)


def _module(place: Place) -> str:
    """`.../layers/core/jwx/jose/jwt.py` makes `jwx.jose.jwt`."""
    if place[0].startswith(_STAND_INS):
        return "stand-ins for AWS"
    parts = Path(place[0]).with_suffix("").parts
    roots = [index + 1 for index, part in enumerate(parts) if part in _ROOTS]
    return ".".join(parts[max(roots) :]).removesuffix(".__init__") if roots else parts[-1]


def _share(nanoseconds: Counter[str], name: str) -> str:
    return f"{nanoseconds[name] / nanoseconds.total():.0%}"
