"""Measure everything and write docs/performance.md: `make bench`.

Names of sections measure these alone. Ends with 1 when a goal is missed. `--smoke` only sees that each
benchmark runs: it judges nothing and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from benchmarks import artifacts, cold_start, growth, load, verification, warm_path
from benchmarks.build import sam_build
from benchmarks.goals import Goal, judged
from benchmarks.section import FULL, SMOKE, Effort, Section


class Builds:
    """Two builds of the artifacts, made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def both(self) -> tuple[Path, Path]:
        """One after the other: nobody's edit in between shall look like a build that differs."""
        return sam_build(self._folder / "first"), sam_build(self._folder / "second")


SECTIONS: Final[Mapping[str, Callable[[Builds, Effort], Section]]] = {
    "verification": lambda builds, effort: verification.section(effort),
    "cold_start": lambda builds, effort: cold_start.section(builds.both[0], effort),
    "warm_path": lambda builds, effort: warm_path.section(effort),
    "growth": lambda builds, effort: growth.section(effort),
    "artifacts": lambda builds, effort: artifacts.section(*builds.both),
    "load": lambda builds, effort: load.section(effort),
}
"""The load comes last: a processor that is warm would show in the others."""


def main(names: Sequence[str], *, smoke: bool) -> int:
    """Each section is written as soon as it is there. Zero when all goals are met."""
    begun = time.monotonic()
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        builds = Builds(Path(folder))
        for number, name in enumerate(names or SECTIONS, 1):
            print(f"{name} ({number} of {len(names or SECTIONS)})", flush=True)
            section = SECTIONS[name](builds, SMOKE if smoke else FULL)
            goals += section.goals
            if not smoke:
                section.write()
    print(f"done in {time.monotonic() - begun:.0f} s")
    return 0 if smoke else judged(goals)


def arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--smoke", action="store_true", help="only see that it runs; write nothing")
    given = parser.parse_args()
    if unknown := set(given.sections) - SECTIONS.keys():
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    return given


if __name__ == "__main__":
    given = arguments()
    try:
        sys.exit(main(given.sections, smoke=given.smoke))
    except KeyboardInterrupt:
        print("interrupted; what was measured to its end is written", file=sys.stderr)
        sys.exit(130)
