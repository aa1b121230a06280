"""The log of all calls that fakes get, with a place before and after each to crash, delay or refuse it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

type Hook = Callable[[str], None]


def _nothing(_: str) -> None:
    """The default hook."""


class Calls:
    """One for all fakes of a world; a fake wraps each call's moment of effect: `with calls("store.save"):`.

    What `before` raises stops the call before it has an effect; what `after` raises loses its answer.
    """

    def __init__(self, *, before: Hook = _nothing, after: Hook = _nothing) -> None:
        self.names: list[str] = []
        self.before = before
        self.after = after

    def __call__(self, name: str) -> _Call:
        return _Call(self, name)


class _Call:
    __slots__ = ("_calls", "_name")

    def __init__(self, calls: Calls, name: str) -> None:
        self._calls = calls
        self._name = name

    def __enter__(self) -> None:
        self._calls.names.append(self._name)
        self._calls.before(self._name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._calls.after(self._name)
