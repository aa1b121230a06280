"""The life of keys as bars on one axis of time. Draws the times of the answer and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from rich.text import Text

from jwx.ring.keyring import PUBLISHED
from jwx_cli.words import duration, short

LABEL = 20
WAITS, SIGNS, LEAVES, GONE, NOW, OPEN = "░", "█", "▒", "·", "│", "→"
ASCII = str.maketrans({WAITS: ".", SIGNS: "#", LEAVES: "-", GONE: " ", NOW: "|", OPEN: ">", "…": "~"})
STYLES = {WAITS: "cyan", SIGNS: "green", LEAVES: "yellow", NOW: "bold", OPEN: "green"}
LEGEND = f"{WAITS} published, waits  {SIGNS} signs  {LEAVES} stays published  {NOW} now"


class Bar(NamedTuple):
    """A published key: when it was published, signs, signs no more, leaves. None: not known yet."""

    label: str
    published: int
    signs: int | None
    ended: int | None
    leaves: int | None


class Axis(NamedTuple):
    """Columns of a width for a span of time."""

    start: int
    end: int
    width: int

    def column(self, at: int) -> int:
        """Where a time stands; the ends where it lies outside."""
        span = max(1, self.end - self.start)
        return min(self.width - 1, max(0, (at - self.start) * self.width // span))


def timeline(answer: Mapping[str, Any], now: int, *, width: int, unicode: bool) -> list[Text]:
    """One line a published key, the axis below; nothing when no key is published."""
    bars = list(_bars(answer))
    if not bars:
        return []
    known = [at for bar in bars for at in bar[1:] if isinstance(at, int)]
    axis = Axis(min(known), max(*known, now) + 1, max(20, width - LABEL - 2))
    lines = [_line(bar, axis, now) for bar in bars]
    lines += [_ends(axis, now), Text(LEGEND, style="dim")]
    return lines if unicode else [Text(line.plain.translate(ASCII)) for line in lines]


def _bars(answer: Mapping[str, Any]) -> Iterator[Bar]:
    """What is to come is what the plan says; nothing is worked out here."""
    starts = _planned(answer, "activate", "kid")
    successions = _planned(answer, "activate", "algorithm")
    for key in answer["keys"]:
        if key["state"] not in PUBLISHED:
            continue
        label = f"{key['alg']:<9} {short(key['kid'])}"
        signs = key["activated_at"] or starts.get(key["kid"])
        ended = key["signing_ended_at"]
        if key["state"] == "active":
            ended = successions.get(key["alg"])
        yield Bar(label, key["published_at"], signs, ended, key["retire_not_before"] or key.get("until"))


def _planned(answer: Mapping[str, Any], action: str, name: str) -> dict[str, int]:
    steps: Sequence[Mapping[str, Any]] = answer.get("steps", [])
    return {step[name]: step["at"] for step in steps if step["action"] == action and step[name]}


def _line(bar: Bar, axis: Axis, now: int) -> Text:
    cells = [_cell(bar, axis, column) for column in range(axis.width)]
    cells[axis.column(now)] = NOW
    line = Text(f"{bar.label:<{LABEL}}")
    for cell, run in groupby(cells):
        line.append("".join(run), STYLES.get(cell, ""))
    # Nobody knows yet how long a key signs that has no successor, or when it leaves.
    return line.append(OPEN, STYLES[OPEN]) if bar.signs is not None and bar.leaves is None else line


def _cell(bar: Bar, axis: Axis, column: int) -> str:
    if column < axis.column(bar.published) or (bar.leaves is not None and column > axis.column(bar.leaves)):
        return " "
    if bar.signs is None or column < axis.column(bar.signs):
        return LEAVES if bar.signs is None and bar.leaves is not None else WAITS
    return SIGNS if bar.ended is None or column < axis.column(bar.ended) else LEAVES


def _ends(axis: Axis, now: int) -> Text:
    """The span in words, at both ends of the axis."""
    left = f"{duration(now - axis.start)} ago" if axis.start < now else "now"
    right = f"in {duration(axis.end - 1 - now)}" if axis.end - 1 > now else "now"
    return Text(f"{'':<{LABEL}}{left}{right:>{max(1, axis.width - len(left))}}", style="dim")
