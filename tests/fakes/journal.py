"""All that was told, in lists."""

from __future__ import annotations

from collections.abc import Mapping

from jwx.origin import Origin
from jwx.ports import KeyChange
from tests.fakes.calls import Calls


class FakeJournal:
    """The port `Journal`."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self.changes: list[KeyChange] = []
        self.requests: list[tuple[Origin, str | None]] = []
        self.measurements: list[tuple[str, dict[str, int]]] = []
        self.warnings: list[tuple[str, str]] = []

    def changed(self, change: KeyChange) -> None:
        with self._calls("journal.changed"):
            self.changes.append(change)

    def asked(self, origin: Origin, refusal: str | None) -> None:
        with self._calls("journal.asked"):
            self.requests.append((origin, refusal))

    def measured(self, issuer: str, values: Mapping[str, int]) -> None:
        with self._calls("journal.measured"):
            self.measurements.append((issuer, dict(values)))

    def warned(self, issuer: str, message: str) -> None:
        with self._calls("journal.warned"):
            self.warnings.append((issuer, message))
