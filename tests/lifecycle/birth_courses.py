"""Courses of events around keys that are made, or cannot be; each answers what went wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from jwx.errors import SigningUnavailable, TooManyKeys
from jwx.ring.keyring import State
from jwx.ring.policy import MAX_PUBLISHED_KEYS
from tests.lifecycle.faults import Crash, Fault, error_of, fault_at, silence_of
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.scenarios import FOREIGN, running
from tests.lifecycle.world import World, changed


def sweep_beside_a_birth() -> list[str]:
    """A birth takes longer than a key must be old to be judged."""
    world = World(tag_lag=300)
    running(world)

    def refuse(call: str) -> None:
        if call == "signer.probe":
            raise SigningUnavailable("the signer does not answer")

    world.calls.before = refuse
    world.do("rotate")
    world.run_for(1800, every=300)
    born = [b.key_arn for b in world.ring().births]
    swept = [a for a in born if a and world.kms.keys[a].state == "PendingDeletion"]
    world.calls.before = lambda _: None
    world.finish()
    return [f"{arn} was swept while it was born" for arn in swept] + world.problems()


def slow_maker() -> list[str]:
    """CreateKey answers a run that everybody else has given up, after the sweep took the key."""
    world = World(tag_lag=300)
    running(world)
    slow = [True]

    def pause(call: str) -> None:
        if call == "kms.CreateKey" and slow and slow.pop():
            for _ in range(5):
                world.clock.advance(300)
                world.run()

    world.calls.after = pause
    world.do("rotate")
    world.calls.after = lambda _: None
    held = {b.key_arn for b in world.ring().births} | {k.key_arn for k in world.ring().keys}
    gone = [a for a, k in world.kms.keys.items() if k.state == "PendingDeletion" and a in held]
    world.finish()
    return [f"the ring took up {arn}, which was swept" for arn in gone] + world.problems()


def disabled_behind_our_back() -> list[str]:
    """Somebody disables the active KMS key: the next run lets the standby sign."""
    world = World()
    running(world)
    key = world.ring().active("ES256")
    assert key is not None
    world.kms.keys[key.key_arn or ""].state = "Disabled"
    world.run()
    same = ["the standby was not promoted"] if world.active_kid() == key.kid else []
    world.finish()
    return same + world.problems()


def quota_is_used_up() -> list[str]:
    """CreateKey is refused for hours, then works again."""
    world = World()
    running(world)

    def refuse(call: str) -> None:
        if call == "kms.CreateKey" and (error := error_of(call)):
            raise error

    world.calls.before = refuse
    world.do("rotate")
    world.run_for(2 * 3600)
    world.calls.before = lambda _: None
    world.run()
    made = world.ring().standby("ES256") is not None
    world.finish()
    return ([] if made else ["the first run after the quota made no standby"]) + world.problems()


def refused_after_a_lost_answer() -> list[str]:
    """CreateKey makes a key and its answer is lost; the SDK tries again and is refused."""
    world = World(tag_lag=300)
    running(world)

    def refuse(call: str) -> None:
        if call == "kms.CreateKey" and (error := error_of(call)):
            raise error

    world.calls.after = refuse
    world.do("rotate")
    world.calls.after = lambda _: None
    world.run()
    made = world.ring().standby("ES256") is not None
    world.finish()
    return ([] if made else ["the next run made no standby"]) + world.problems()


def create_key_goes_silent() -> list[str]:
    """Nobody knows whether CreateKey made a key: its maker keeps its time to tell."""
    world = World(tag_lag=300)
    running(world)
    keys = len(world.kms.keys)

    def time_out(call: str) -> None:
        if call == "kms.CreateKey" and (error := silence_of(call)):
            raise error

    world.calls.after = time_out
    world.do("rotate")
    world.calls.after = lambda _: None
    world.run()
    hasty = ["another key was made beside one that may come"] if len(world.kms.keys) > keys + 1 else []
    world.finish()
    return hasty + world.problems()


def given_up_and_wanted_again() -> list[str]:
    """An algorithm is dropped, and wanted again just while its unborn key is being deleted."""
    problems: list[str] = []
    for moment in range(1, 16):
        world = World(policy=changed(algorithms=["ES256", "EdDSA"]))
        running(world)

        def die(call: str) -> None:
            if call == "kms.TagResource":
                raise Crash

        world.calls.before = die
        with suppress(Crash):
            world.do("rotate", algorithm="EdDSA")
        world.calls.before = lambda _: None
        with fault_at(world.calls, 1, Fault.DIES_AFTER):
            world.do("update_policy", policy={"algorithms": ["ES256"]})

        def want(world: World = world) -> None:
            world.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]})

        Interleaving(world.calls, [(0, moment), (1, 10**6), (0, 10**6)]).run(world.run, want)
        keys = [k for k in world.ring().keys if k.state(0) in (State.PENDING, State.ACTIVE)]
        dead = [k.kid for k in keys if world.kms.keys[k.key_arn or ""].state == "PendingDeletion"]
        problems += [f"{moment}: {kid} was published and deleted" for kid in dead]
    return problems


def many_forced_rotations() -> list[str]:
    """Somebody rotates by force again and again, in a JWK Set that is nearly full."""
    world = World()
    running(world)
    world.do("import_key", jwk=FOREIGN, until=world.clock() + 86400)
    foreign = next(k for k in world.ring().keys if k.until is not None)
    others = (replace(foreign, kid=f"foreign-{n}") for n in range(MAX_PUBLISHED_KEYS - 8))
    world.store.rings["default"] = replace(world.ring(), keys=(*world.ring().keys, *others))
    with suppress(TooManyKeys):
        for _ in range(10):
            world.do("rotate", force=True)
    return [str(v) for v in world.watch.violations]


def concurrent_bootstraps() -> list[str]:
    """Two first runs at once make no more keys than one."""
    problems = []
    for moment in range(1, 45, 2):
        world = World()
        Interleaving(world.calls, [(0, moment), (1, 10**6), (0, 10**6)]).run(world.run, world.run)
        if len(world.kms.keys) != 2:
            problems.append(f"{moment}: {len(world.kms.keys)} keys were made")
        problems += [str(v) for v in world.watch.violations]
    return problems
