"""What a simulation saw, as numbers, and as the text that its command prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.lifecycle.invariants import Violation


@dataclass(slots=True)
class Report:
    """What happened how often, and which invariants broke."""

    issuer_years: float = 0
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def count(self, what: str) -> None:
        """Once more."""
        self.counts[what] += 1

    def lines(self) -> list[str]:
        """The report as text."""
        by_invariant = Counter(v.invariant for v in self.violations)
        told = [f"{'simulated issuer-years':28}{self.issuer_years:>12.1f}"]
        told += [f"{name:28}{count:>12,}" for name, count in sorted(self.counts.items())]
        told += [f"{f'violations of invariant {n}':28}{by_invariant[n]:>12}" for n in range(1, 8)]
        return told + [f"  {v}" for v in self.violations[:20]]


def sum_of(reports: Sequence[Report]) -> Report:
    """One report for all worlds."""
    whole = Report()
    for report in reports:
        whole.issuer_years += report.issuer_years
        whole.counts.update(report.counts)
        whole.violations += report.violations
    return whole
