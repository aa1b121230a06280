"""What befalls a simulated world from outside: outages, a disabled key, a table restored from a backup."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from jwx.errors import JwxError
from jwx.ring.keyring import KeyRing
from tests.lifecycle.random_policy import DAY, random_policy
from tests.lifecycle.world import World


class Mishaps:
    """Draws mishaps, lets them happen, and knows which of them go on."""

    def __init__(self, seeded: random.Random, world: World, count: Callable[[str], None]) -> None:
        self._random = seeded
        self._world = world
        self._count = count
        self._busy_kms_until = 0.0
        self._backup: dict[str, KeyRing] = {}
        self._backup_at = 0.0
        self._create_again: list[dict[str, Any]] = []

    def happen(self) -> None:
        """Any of them."""
        self._random.choice(
            (self._disable_a_key, self._origin_fails, self._kms_is_busy, self._table_is_restored)
        )()

    @property
    def kms_is_busy(self) -> bool:
        """KMS throttles."""
        return self._world.clock.exact < self._busy_kms_until

    @property
    def outage(self) -> bool:
        """For now no key can be made, or none be seen."""
        return self._world.publication.origin_down or self.kms_is_busy

    def end(self) -> None:
        """All outages are over."""
        self._world.publication.origin_down, self._busy_kms_until = False, 0.0

    def create_lost_issuers(self) -> None:
        """People create again what a restored table knows nothing of, until it is there."""
        while self._create_again:
            request = self._create_again.pop()
            try:
                self._world.do("create_issuer", **request)
            except JwxError:
                if request["issuer"] not in self._world.store.rings:
                    self._create_again.append(request)
                return

    def _disable_a_key(self) -> None:
        ring = self._random.choice(list(self._world.store.rings.values()))
        usable = [k for k in ring.keys if k.key_arn and k.state(0).value in ("active", "pending")]
        if usable:
            self._count("keys disabled behind our back")
            key = self._world.kms.keys.get(self._random.choice(usable).key_arn or "")
            if key is not None and key.state == "Enabled":  # a restored ring may name keys that KMS erased
                key.state = "Disabled"

    def _origin_fails(self) -> None:
        self._count("origin outages")
        self._world.publication.origin_down = not self._world.publication.origin_down

    def _kms_is_busy(self) -> None:
        self._count("KMS outages")
        self._busy_kms_until = self._world.clock.exact + self._random.uniform(0, DAY)

    def _table_is_restored(self) -> None:
        """To a time at most 35 days ago, as point-in-time recovery has it."""
        world, lost = self._world, dict(self._world.store.rings)
        if self._backup and world.clock.exact - self._backup_at < 35 * DAY:
            self._count("restored tables")
            world.restore(self._backup)
            for name in (name for name in lost if name not in self._backup):
                # Its keys are still in KMS; its policy a person remembers, or believes to.
                policy = self._random.choice((lost[name].policy, random_policy(self._random)))
                self._create_again.append({"issuer": name, "policy": policy.to_json()})
        self._backup, self._backup_at = world.backup(), world.clock.exact
