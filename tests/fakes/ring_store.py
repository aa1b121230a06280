"""Key rings in a dict, under the same condition on the version as in DynamoDB."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from jwx.errors import LostRace
from jwx.ring.keyring import KeyRing
from tests.fakes.calls import Calls


class FakeRingStore:
    """The port `RingStore`. Rings are immutable values, so the dict may hold them as they are."""

    def __init__(self, calls: Calls | None = None, *, seed: int = 0) -> None:
        self._calls = calls or Calls()
        self._random = random.Random(seed)  # noqa: S311  # versions must repeat from run to run
        self.rings: dict[str, KeyRing] = {}

    def load(self, issuer: str) -> KeyRing | None:
        with self._calls("store.load"):
            return self.rings.get(issuer)

    def save(self, ring: KeyRing) -> KeyRing:
        with self._calls("store.save"):
            stored = self.rings.get(ring.issuer)
            if (stored.version if stored else "") != ring.version:
                raise LostRace(f"issuer: {ring.issuer!r} was changed by somebody else")
            saved = replace(ring, version=self._next(ring.version))
            self.rings[ring.issuer] = saved
            return saved

    def issuers(self, after: str | None = None) -> Iterator[str]:
        with self._calls("store.issuers"):
            names = sorted(self.rings)
        return iter([name for name in names if after is None or name > after])

    def restore(self, rings: dict[str, KeyRing]) -> None:
        """What a restored table looks like: older rings, each marked as written elsewhere."""
        self.rings = {name: replace(ring, restored=True) for name, ring in rings.items()}

    def _next(self, version: str) -> str:
        counter = int(version.partition("-")[0] or 0) + 1
        return f"{counter}-{self._random.getrandbits(32):08x}"
