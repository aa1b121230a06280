"""Courses of events around a table that is restored, or that lost an issuer; each answers what went wrong."""

from __future__ import annotations

from typing import Any

from jwx.errors import SigningUnavailable
from tests.lifecycle.scenarios import pending, restored, running
from tests.lifecycle.world import POLICY, World, changed


def restored_table() -> list[str]:
    """Keys were published and began to sign after the backup was made."""
    world = World(tag_lag=300)
    restored(world)
    world.finish()
    return world.problems()


def restored_after_revocation() -> list[str]:
    """A key was revoked, to the last step, after the backup was made."""
    world = World(tag_lag=300)
    running(world)
    backup, kid = world.backup(), world.active_kid()
    world.do("revoke", kid=kid)
    world.run_for(600, every=300)
    world.restore(backup)
    world.run()
    published = [k.kid for k in world.ring().published(world.clock())]
    world.finish()
    return world.problems() + [f"{kid} is back" for k in published if k == kid]


def restored_and_dropped() -> list[str]:
    """The backup takes a key that signed meanwhile for a standby, and then its algorithm is dropped."""
    world = World(policy=changed(algorithms=["ES256", "EdDSA"]), tag_lag=300)
    running(world)
    backup = world.backup()
    world.do("rotate", algorithm="EdDSA")
    world.mint()
    world.restore(backup)
    world.run()
    world.do("update_policy", policy={"algorithms": ["ES256"]})
    world.run()
    world.finish()
    return world.problems()


def restored_before_a_publication() -> list[str]:
    """The backup holds a birth whose key was published and signed meanwhile."""
    world = World(tag_lag=300)
    running(world)
    world.clock.advance(POLICY.rotation_period)
    saves = iter(range(10**6))
    backups: list[Any] = []

    def photograph(call: str) -> None:
        if call == "store.save" and next(saves) >= 0 and any(b.jwk for b in world.ring().births):
            backups.append(world.backup())

    world.calls.after = photograph
    world.run()
    world.calls.after = lambda _: None
    world.run_for(POLICY.rotation_period + 1800)
    world.restore(backups[0])
    world.finish()
    return world.problems()


def lost_issuer() -> list[str]:
    """The backup was made before the issuer was; a person creates it again."""
    world = World(tag_lag=300)
    running(world)
    backup = world.backup()
    world.do("create_issuer", issuer="other")
    world.mint()
    world.restore(backup)
    world.do("create_issuer", issuer="other")
    world.finish()
    return world.problems()


def late_tag() -> list[str]:
    """A key is published long after it was made, so that an old key has a young mark; then a restore."""
    world = World(tag_lag=300)
    running(world)
    backup = world.backup()

    def refuse(call: str) -> None:
        if call == "signer.probe":
            raise SigningUnavailable("the signer does not answer")

    world.calls.before = refuse
    world.do("rotate")
    world.run_for(1800, every=300)
    world.calls.before = lambda _: None
    world.clock.advance(60)
    world.run()
    kid = pending(world)
    world.store.restore(backup)
    world.run()
    there = world.ring().key(kid)
    world.finish()
    return ([] if there else [f"{kid} was swept, though it was published"]) + world.problems()
