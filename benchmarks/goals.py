"""Goals: what a figure must not be above, and what the bench says when it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.markdown import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One promise of the product, measured."""

    about: str
    value: float
    most: float
    shown: str = ""
    """The figure with its spread, where it has one."""

    @property
    def met(self) -> bool:
        """At the most, and not a hair more."""
        return self.value <= self.most

    @property
    def verdict(self) -> str:
        """What the last column says."""
        return f"at most {self.most:g}: {'met' if self.met else '**missed**'}"

    @property
    def measured(self) -> str:
        """The figure."""
        return self.shown or f"{self.value:.4g}"


def goals_table(goals: Sequence[Goal]) -> str:
    """One line each."""
    return table(["goal", "measured", ""], [[goal.about, goal.measured, goal.verdict] for goal in goals])


def judged(goals: Sequence[Goal]) -> int:
    """Says which goals are missed; what `make bench` ends with."""
    missed = [goal for goal in goals if not goal.met]
    for goal in missed:
        print(f"missed: {goal.about}: {goal.measured}, at most {goal.most:g}")
    print(f"{len(goals) - len(missed)} of {len(goals)} goals are met")
    return 1 if missed else 0
