"""A world that is made once and had as often as it is wanted: the way there takes longer than a run."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import is_dataclass
from threading import Lock
from typing import Any

from tests.lifecycle.world import World


class Prepared:
    """Keeps a world as it stands. No copy knows of another; only values that never change are shared."""

    def __init__(self, world: World) -> None:
        written, self._shared = io.BytesIO(), list[object]()
        _Writer(written, self._shared).dump(world)
        self._written = written.getvalue()

    @classmethod
    def by(cls, prepare: Callable[[World], object], **world: Any) -> Prepared:
        """A new world, brought to where it is wanted."""
        made = World(**world)
        prepare(made)
        return cls(made)

    def world(self) -> World:
        """A copy of its own."""
        copy = _Reader(io.BytesIO(self._written), self._shared).load()
        assert isinstance(copy, World)
        return copy


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shared: list[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_id(self, value: Any) -> int | None:
        if not _never_changes(value):
            return None
        self._shared.append(value)
        return len(self._shared) - 1


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shared: list[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, number: int) -> object:
        return self._shared[number]


def _never_changes(value: object) -> bool:
    """Frozen values and private keys. A lock may be shared too: worlds are lived in one at a time."""
    kind = type(value)
    frozen = is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return frozen or kind is type(_LOCK) or kind.__module__.startswith("cryptography.")


_LOCK = Lock()
