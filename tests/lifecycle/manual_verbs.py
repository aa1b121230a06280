"""What people do by hand in a simulation: a verb by chance, and what they ask with it."""

from __future__ import annotations

import random
from typing import Any

from tests.lifecycle.random_policy import DAY, random_policy
from tests.lifecycle.scenarios import FOREIGN
from tests.lifecycle.world import World

type Order = tuple[str, dict[str, Any]]
"""An action of the rotation function, and the rest of its request."""


class ManualVerbs:
    """Draws orders. What they do to the world is left to whoever carries them out."""

    def __init__(self, seeded: random.Random, world: World) -> None:
        self._random = seeded
        self._world = world
        self.names = 0
        """How many issuers were named so far."""

    def draw(self) -> Order:
        """Any of them, for any issuer."""
        issuer = self._random.choice(list(self._world.store.rings) or ["default"])
        order = self._random.choices(
            (self._rotate, self._revoke, self._policy, self._delete, lambda _: self.create(), self._import),
            weights=(6, 5, 5, 1, 3, 1),
        )[0]
        return order(issuer)

    def create(self) -> Order:
        """An issuer that was deleted comes again, or else a new one."""
        gone = [n for n, ring in self._world.store.rings.items() if ring.deleted_at is not None]
        self.names += 1
        name = self._random.choice(gone) if gone else f"tenant-{self.names}"
        return "create_issuer", {"issuer": name, "policy": random_policy(self._random).to_json()}

    def _rotate(self, issuer: str) -> Order:
        return "rotate", {"issuer": issuer, "force": self._random.random() < 0.2}

    def _revoke(self, issuer: str) -> Order:
        ring = self._world.store.rings.get(issuer)
        kids = [key.kid for key in ring.keys] if ring else []
        kid = self._random.choice(kids or ["unknown"])
        return "revoke", {"issuer": issuer, "kid": kid, "force": self._random.random() < 0.3}

    def _policy(self, issuer: str) -> Order:
        new = random_policy(self._random).to_json()
        names = self._random.sample(sorted(new), self._random.randrange(1, 6))
        return "update_policy", {"issuer": issuer, "policy": {name: new[name] for name in names}}

    def _delete(self, issuer: str) -> Order:
        return "delete_issuer", {"issuer": issuer}

    def _import(self, issuer: str) -> Order:
        until = self._world.clock() + self._random.randrange(1, 60 * DAY)
        return "import_key", {"issuer": issuer, "jwk": FOREIGN, "until": until}
