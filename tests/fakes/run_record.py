"""The record of scheduled runs in two fields."""

from __future__ import annotations

from tests.fakes.calls import Calls


class FakeRunRecord:
    """The port `RunRecord`."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._state: tuple[int | None, str | None] = (None, None)

    def load(self) -> tuple[int | None, str | None]:
        with self._calls("run.load"):
            return self._state

    def save(self, *, last_success_at: int | None, resume_after: str | None) -> None:
        with self._calls("run.save"):
            self._state = (last_success_at, resume_after)
