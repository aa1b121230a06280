"""A section of docs/performance.md: what one benchmark has to say, as Markdown, and its charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.goals import Goal
from benchmarks.markdown import IMAGES

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "performance.md"
END: Final = "<!-- end -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to measure: in full, or only to see that the measurement works."""

    rounds: int
    """Interleaved repetitions of what takes a process each."""
    requests: int
    """Of a load in process."""
    seconds: int
    """Of a load on the embedded AWS."""
    smoke: bool = False


FULL: Final = Effort(rounds=9, requests=50_000, seconds=15)
SMOKE: Final = Effort(rounds=1, requests=200, seconds=3, smoke=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`name` is the module's: the markers in the page carry it."""

    name: str
    text: str
    charts: Mapping[str, bytes] = field(default_factory=dict)
    """SVG by file name, without its ending."""
    goals: Sequence[Goal] = ()
    """What it judges; the text shows them already."""

    def write(self, page: Path = PAGE) -> None:
        """Put the section between its markers, and the charts beside the page."""
        begin = f"<!-- begin: python -m benchmarks.{self.name} -->"
        before, found, rest = page.read_text().partition(begin)
        if not found:
            raise LookupError(f"{page.name} has no {begin}")
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{begin}\n{self.text.strip()}\n{END}{after}")
        for name, svg in self.charts.items():
            (page.parent / IMAGES / f"{name}.svg").write_bytes(svg)
