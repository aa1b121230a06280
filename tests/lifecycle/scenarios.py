"""Each kind of run that can be stopped: how the world gets there, and the run itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lifecycle.world import POLICY, World

READY = 2 * 3600
"""Seconds after which a standby of the test policy surely stands ready."""

FOREIGN: dict[str, str] = {
    "kty": "EC",
    "crv": "P-256",
    "alg": "ES256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
"""The key of RFC 7515 appendix A.3."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run to be stopped."""

    name: str
    prepare: Callable[[World], Any]
    act: Callable[[World], Any]
    ends_issuer: bool = False


def nothing(_: World) -> None:
    """A world that was never used."""


def running(world: World) -> None:
    """An issuer with an active key and a ready standby."""
    world.run()
    world.run_for(READY)


def rotation_due(world: World) -> None:
    running(world)
    world.clock.advance(POLICY.rotation_period - READY + 60)
    world.mint()


def retirement_due(world: World) -> None:
    rotation_due(world)
    world.run()
    world.mint()
    world.clock.advance(POLICY.retention + 60)


def deletion_due(world: World) -> None:
    retirement_due(world)
    world.run()
    world.clock.advance(POLICY.grace + 60)


def just_rotated(world: World) -> None:
    """An active key whose standby is not ready."""
    rotation_due(world)
    world.run()
    world.mint()


def pending(world: World) -> str:
    standby = world.ring().standby("ES256")
    assert standby is not None
    return standby.kid


def retiring(world: World) -> str:
    return next(k.kid for k in world.ring().keys if str(k.state(world.clock())) == "retiring")


def two_algorithms(world: World) -> None:
    running(world)
    world.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]})
    world.run_for(READY)


def leaving(world: World) -> None:
    running(world)
    world.do("delete_issuer")
    world.run_for(POLICY.retention + 120, every=300)


def leaving_after_revocation(world: World) -> None:
    """All keys of a deleted issuer are revoked, and their tokens are over."""
    running(world)
    world.do("delete_issuer")
    for key in world.ring().keys:
        world.do("revoke", kid=key.kid)
    world.run_for(POLICY.retention - 300, every=300)
    world.clock.advance(300)


def an_orphan(world: World) -> None:
    """A key whose maker died after CreateKey, old enough to be swept."""
    running(world)
    create = {"issuer": "default", "algorithm": "ES256", "operation": "lost", "rsa_bits": 2048}
    _keys(world).create(**create)
    world.clock.advance(1200)


def a_published_orphan(world: World) -> None:
    """A key that was published and that the table forgot."""
    backup = _backup_before_rotation(world)
    world.restore(backup)
    world.run()
    world.clock.advance(1200)


def restored(world: World) -> None:
    """The table is restored to before the last rotation."""
    world.restore(_backup_before_rotation(world))


def restored_after_revocation(world: World) -> None:
    running(world)
    backup = world.backup()
    world.do("revoke", kid=world.active_kid())
    world.restore(backup)


def _backup_before_rotation(world: World) -> Any:
    rotation_due(world)
    backup = world.backup()
    world.run()
    world.run_for(READY)
    return backup


def _keys(world: World) -> Any:
    return world.rotating().keys


def _disable_active(world: World) -> None:
    running(world)
    key = world.ring().active("ES256")
    assert key is not None
    world.kms.keys[key.key_arn or ""].state = "Disabled"


SCENARIOS = (
    Scenario("bootstrap", nothing, World.run),
    Scenario("scheduled rotation", rotation_due, World.run),
    Scenario("retire", retirement_due, World.run),
    Scenario("delete key", deletion_due, World.run),
    Scenario("rotate", running, lambda w: w.do("rotate")),
    Scenario("rotate by force", just_rotated, lambda w: w.do("rotate", force=True)),
    Scenario("revoke pending", running, lambda w: w.do("revoke", kid=pending(w))),
    Scenario("revoke active", running, lambda w: w.do("revoke", kid=w.active_kid())),
    Scenario("revoke active, no standby", just_rotated, lambda w: w.do("revoke", kid=w.active_kid())),
    Scenario(
        "revoke active by force", just_rotated, lambda w: w.do("revoke", kid=w.active_kid(), force=True)
    ),
    Scenario("revoke retiring", just_rotated, lambda w: w.do("revoke", kid=retiring(w))),
    Scenario("create issuer", running, lambda w: w.do("create_issuer", issuer="other")),
    Scenario(
        "add algorithm",
        running,
        lambda w: w.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]}),
    ),
    Scenario(
        "drop algorithm", two_algorithms, lambda w: w.do("update_policy", policy={"algorithms": ["EdDSA"]})
    ),
    Scenario(
        "shorten policy",
        just_rotated,
        lambda w: w.do("update_policy", policy={"stale_if_error": 60, "client_cache": 300}),
    ),
    Scenario("delete issuer", running, lambda w: w.do("delete_issuer"), ends_issuer=True),
    Scenario("close issuer", leaving, World.run, ends_issuer=True),
    Scenario("close issuer after revocation", leaving_after_revocation, World.run, ends_issuer=True),
    Scenario("import key", running, lambda w: w.do("import_key", jwk=FOREIGN, until=w.clock() + 3600)),
    Scenario("sweep", an_orphan, World.run),
    Scenario("adoption", a_published_orphan, World.run),
    Scenario("recovery", restored, World.run),
    Scenario("recovery after revocation", restored_after_revocation, World.run),
    Scenario("key disabled behind our back", _disable_active, World.run),
)
