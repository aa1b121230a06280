"""What a restored ring learns from the marks on the KMS keys, and what the sweep does with strangers."""

from __future__ import annotations

from dataclasses import replace

from jwx.ring.keyring import Birth, State
from tests.lifecycle.scenarios import FOREIGN, just_rotated, pending, running
from tests.lifecycle.world import POLICY, World


def recovered(world: World) -> dict[str, State]:
    """The states after the first run on the restored table."""
    world.do("reconcile")
    return {k.kid: k.state(world.clock()) for k in world.ring().keys}


def test_a_key_revoked_since_the_backup_is_revoked_again() -> None:
    """Its mark was set before its KMS key was disabled."""
    world = World()
    running(world)
    backup, kid = world.backup(), world.active_kid()
    world.do("revoke", kid=kid)
    world.restore(backup)
    assert recovered(world)[kid] is State.REVOKED


def test_a_key_retired_since_the_backup_is_not_published_again() -> None:
    """It would sign, or be looked for, for nothing."""
    world = World()
    just_rotated(world)
    backup = world.backup()
    old = next(k.kid for k in world.ring().keys if k.state(0) is State.RETIRING)
    world.run_for(POLICY.retention + 600, every=300)
    world.restore(backup)
    assert recovered(world)[old] is State.RETIRED


def test_a_key_published_since_the_backup_is_adopted_and_never_signs() -> None:
    """Its tokens stay verifiable for as long as they may live."""
    world = World()
    running(world)
    backup = world.backup()
    world.do("rotate")
    new = pending(world)
    world.restore(backup)
    assert recovered(world)[new] is State.RETIRING


def test_a_key_published_since_the_backup_closes_its_birth() -> None:
    """Else it would be published a second time."""
    world = World()
    running(world)
    standby = world.ring().key(pending(world))
    assert standby is not None
    stored = world.rotating().keys.stored(standby.key_arn or "")
    assert stored is not None
    unborn = replace(
        world.ring(),
        keys=tuple(k for k in world.ring().keys if k is not standby),
        births=(_birth(stored.operation, standby.key_arn),),
    )
    world.restore({"default": unborn})
    assert recovered(world)[standby.kid] is State.RETIRING
    assert all(b.operation != stored.operation for b in world.ring().births)


def _birth(operation: str, key_arn: str | None) -> Birth:
    return Birth(operation=operation, algorithm="ES256", started_at=0, key_arn=key_arn)


def test_no_key_is_a_first_key_after_a_restore() -> None:
    """A backup from before the first publication does not mean that nothing was ever public."""
    world = World()
    running(world)
    never = replace(world.ring(), keys=(), served_at=None, copied=None)
    world.restore({"default": never})
    world.do("reconcile")
    assert world.ring().served_at is not None
    assert not any(k.first for k in world.ring().keys)


def test_a_foreign_key_that_is_no_longer_public_is_not_published_again() -> None:
    """Nothing but the public URL remembers that it was revoked."""
    world = World()
    running(world)
    world.do("import_key", jwk=FOREIGN, until=world.clock() + 86400)
    backup = world.backup()
    kid = next(k.kid for k in world.ring().keys if k.until is not None)
    world.do("revoke", kid=kid)
    world.restore(backup)
    assert kid not in recovered(world)
    assert world.ring().tombstone(kid) is not None


def test_a_key_whose_deletion_somebody_scheduled_stays_published() -> None:
    """Its tokens are out; that KMS will not sign with it any more is another matter."""
    world = World()
    running(world)
    backup, kid = world.backup(), world.active_kid()
    key = world.ring().key(kid)
    assert key is not None
    world.kms.keys[key.key_arn or ""].state = "PendingDeletion"
    world.restore(backup)
    recovered(world)
    world.do("reconcile")
    assert kid in {k.kid for k in world.ring().published(world.clock())}
    assert world.active_kid() != kid


def test_a_key_that_is_back_from_its_deletion_is_deleted_again() -> None:
    """A tombstone says that it is over."""
    world = World()
    just_rotated(world)
    old = next(k for k in world.ring().keys if k.state(0) is State.RETIRING)
    world.run_for(POLICY.retention + POLICY.grace + 1800)
    assert world.ring().tombstone(old.kid) is not None
    world.kms.keys[old.key_arn or ""].state = "Enabled"
    world.kms.keys[old.key_arn or ""].tagged.append(
        (0, {**world.kms.keys[old.key_arn or ""].tags, "jwx:state": "published"})
    )
    world.run()
    assert world.kms.keys[old.key_arn or ""].state == "PendingDeletion"
