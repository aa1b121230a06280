"""Fakes that tell a `Watch` of each effect when it happens, also when the caller never hears of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from jwx.ring.keyring import KeyRing
from tests.fakes.kms import FakeKms
from tests.fakes.ring_store import FakeRingStore
from tests.lifecycle.invariants import Watch

type Tell[V] = Callable[[str, V | None, V | None], None]


class Told[V](dict[str, V]):
    """A dict that tells of its changes: the name, the old value, the new one or None."""

    def __init__(self, tell: Tell[V], untold: Mapping[str, V] = MappingProxyType({})) -> None:
        super().__init__(untold)
        self._tell = tell

    def __reduce__(self) -> tuple[type[Told[V]], tuple[Tell[V], dict[str, V]]]:
        """A copy of it tells nobody of what was in it from the beginning."""
        return Told, (self._tell, dict(self))

    def __setitem__(self, name: str, value: V) -> None:
        old = self.get(name)
        super().__setitem__(name, value)
        self._tell(name, old, value)

    def pop(self, name: str, default: Any = None) -> Any:
        old = super().pop(name, default)
        self._tell(name, old, None)
        return old


class WatchedStore(FakeRingStore):
    """Key rings under watch."""

    def __init__(self, watch: Watch, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.rings = Told(watch.ring_written)

    def restore(self, rings: dict[str, KeyRing]) -> None:
        """In place: what is watched stays watched."""
        for name in [name for name in self.rings if name not in rings]:
            self.rings.pop(name)
        for name, ring in rings.items():
            self.rings[name] = replace(ring, restored=True)


class WatchedKms(FakeKms):
    """KMS under watch."""

    def __init__(self, watch: Watch, rings: dict[str, KeyRing], *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._watch = watch
        self._rings = rings

    def schedule_key_deletion(self, *, KeyId: str, PendingWindowInDays: int = 30) -> dict[str, Any]:  # noqa: N803
        was = self.keys[KeyId].state if KeyId in self.keys else ""
        try:
            return super().schedule_key_deletion(KeyId=KeyId, PendingWindowInDays=PendingWindowInDays)
        finally:
            if KeyId in self.keys and self.keys[KeyId].state == "PendingDeletion" != was:
                self._watch.deletion_scheduled(KeyId, self._rings)
