"""When a simulated issuer was last disturbed; where that is long ago, it has a standby."""

from __future__ import annotations

from typing import Final

from tests.lifecycle.world import World

STEP: Final = 18 * 3600
"""Mean seconds between scheduled runs while nothing happens; after a fault they come every 5 minutes."""


class Unrest:
    """Told of each disturbance."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._disturbed: dict[str, float] = {}
        self._hot_until = 0.0

    @property
    def hot(self) -> bool:
        """Runs come often, as after an alarm."""
        return self._world.clock.exact < self._hot_until

    def disturb(self) -> None:
        """From now on runs come often for a while; a standby of any issuer may take its time."""
        self._hot_until = self._world.clock.exact + 1800
        self.excuse_all()

    def excuse_all(self) -> None:
        """A standby of any issuer may take its time, reckoned from now."""
        self._disturbed |= dict.fromkeys(self._world.store.rings, self._world.clock.exact)

    def excused(self, issuer: str) -> float:
        """When the issuer was disturbed last, or 0."""
        return self._disturbed.get(issuer, 0)

    def check_standbys(self) -> None:
        """Invariant 4, where nothing disturbed the issuer for long enough."""
        world, now = self._world, self._world.clock.exact
        for name, ring in world.store.rings.items():
            longest = max(p.propagation for _, p in world.watch.faces[name].policies[-3:])
            activated = max((k.activated_at or 0 for k in ring.keys), default=0)
            since = max(self.excused(name), activated, ring.cache_horizon, ring.created_at)
            if now > since + longest + 8 * STEP and (lacks := world.unsettled(name)):
                world.watch.found(4, name, f"nothing was disturbed, and yet: {lacks}")
