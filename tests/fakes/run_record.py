"""The record of scheduled runs in one field."""

from __future__ import annotations

from jwx.ports import Progress
from tests.fakes.calls import Calls


class FakeRunRecord:
    """The port `RunRecord`."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._progress = Progress()

    def load(self) -> Progress:
        with self._calls("run.load"):
            return self._progress

    def save(self, progress: Progress) -> None:
        with self._calls("run.save"):
            self._progress = progress
