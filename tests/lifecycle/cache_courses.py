"""Courses of events around what caches, signers and slow writers still hold; each answers what went wrong."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from jwx.errors import IssuerExists, JwxError, PublicationUnavailable
from jwx.ring.keyring import State
from tests.lifecycle.faults import Fault, fault_at
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.scenarios import FOREIGN, running
from tests.lifecycle.world import POLICY, World, changed

SKEW = POLICY.clock_skew


def policy_shortened_after_long_tokens() -> list[str]:
    """Tokens of six hours were made before the policy allowed five minutes only."""
    world = World(policy=changed(max_token_lifetime=6 * 3600))
    running(world)
    world.do("update_policy", policy={"max_token_lifetime": 300})
    world.do("rotate")
    world.finish()
    return world.problems()


def caches_shortened_before_a_key_is_seen() -> list[str]:
    """A key is published while caches keep sets for five hours, and seen when they keep them for minutes."""
    world = World(policy=changed(stale_if_error=5 * 3600, rotation_period=86400))
    world.run()
    world.run_for(7 * 3600)
    world.publication.unreachable = True
    world.do("rotate")
    world.run()
    world.do("update_policy", policy={"stale_if_error": 0, "client_cache": 300})
    world.publication.unreachable = False
    world.run()
    world.do("revoke", kid=world.active_kid())
    world.run_for(6 * 3600, every=300)
    world.finish()
    return world.problems()


def copy_of_an_earlier_policy() -> list[str]:
    """The static copy cannot be replaced for hours after the policy changed, and is served as it was."""
    world = World(policy=changed(stale_if_error=5 * 3600, rotation_period=86400))
    world.run()
    world.run_for(7 * 3600)

    def refuse(call: str) -> None:
        if call == "copy.write":
            raise PublicationUnavailable("S3: throttled")

    world.calls.before = refuse
    world.do("update_policy", policy={"stale_if_error": 0, "client_cache": 300})
    world.do("rotate")
    world.run_for(8 * 3600)
    world.calls.before = lambda _: None
    world.run()
    world.do("revoke", kid=world.active_kid())
    world.run_for(6 * 3600, every=300)
    world.finish()
    return world.problems()


def forced_before_it_was_seen() -> list[str]:
    """A key signs by force before the URL shows it; the CDN has yet to fetch the set with its successor."""
    world = World()
    running(world)
    world.publication.unreachable = True
    world.do("rotate")
    world.publication.edge.clear()
    world.publication.get("default")
    world.do("rotate", force=True)
    world.publication.unreachable = False
    looks = world.calls.names.count("public.get")
    world.run()
    looks = world.calls.names.count("public.get") - looks
    return [f"one run looked {looks} times"] if looks > 1 else [str(v) for v in world.watch.violations]


def another_bucket() -> list[str]:
    """The stack was deleted and is made again with the table of before: its bucket is new and empty."""
    world = World()
    running(world)
    world.publication.place = "elsewhere"
    world.publication.copies.pop("default")
    world.run()
    lost = [] if "default" in world.publication.copies else ["there is no copy"]
    writes = world.calls.names.count("copy.write")
    world.run()
    again = world.calls.names.count("copy.write") - writes
    world.finish()
    return lost + (["it was written twice"] if again else []) + world.problems()


def recreated_issuer() -> list[str]:
    """A deleted issuer is made again in the first moment in which that is allowed."""
    world = World()
    running(world)
    world.do("create_issuer", issuer="other")
    world.run_for(1800)
    world.do("delete_issuer", issuer="other")
    for _ in range(120):
        if world.ring("other").deleted_at is None:
            world.run_for(60, every=60)
    for _ in range(3 * 3600):
        with suppress(IssuerExists):
            world.do("create_issuer", issuer="other", skew=SKEW)
            break
        world.clock.advance(1)
    world.mint()
    world.finish()
    return world.problems()


def algorithm_added_later() -> list[str]:
    """The first key of a new algorithm is used in the first moment in which that is allowed."""
    world = World()
    running(world)
    world.do("update_policy", policy={"algorithms": ["EdDSA", "ES256"]}, skew=-SKEW)
    world.run_for(POLICY.propagation + 600, every=30)
    return world.problems()


def first_moments() -> list[str]:
    """Keys begin to sign, and leave, in the first moment allowed, with the clocks as wrong as they may be."""
    world = World()
    running(world)
    world.publication.edge.clear()
    world.do("rotate", skew=-SKEW)
    world.clock.advance(61)
    world.run(skew=-SKEW)
    ring = world.ring()
    retiring, standby = next(k for k in ring.keys if k.state(0) is State.RETIRING), ring.standby("ES256")
    assert standby is not None
    for due in sorted(filter(None, (retiring.retire_not_before, standby.activate_not_before))):
        world.mint()
        world.clock.advance(due - SKEW - world.clock.exact)
        if due == standby.activate_not_before:
            world.do("rotate", skew=SKEW)
        world.run(skew=SKEW)
        world.mint()
    world.finish()
    return world.problems()


def slow_write_of_a_rotation() -> list[str]:
    """The write that ends a key takes three minutes; until then signers read that the key signs."""
    world = World()
    running(world)
    kid = world.active_kid()

    def slowly(call: str) -> None:
        if call == "store.save" and world.active_kid() == kid:
            world.clock.advance(180)
            world.mint()

    world.calls.before = slowly
    world.do("rotate", skew=-SKEW)
    world.calls.before = lambda _: None
    world.clock.advance(POLICY.signer_cache - 1)
    world.mint()
    ended = world.ring().key(kid)
    assert ended is not None
    assert ended.retire_not_before is not None
    world.clock.advance(ended.retire_not_before - SKEW - world.clock.exact)
    world.run(skew=SKEW)
    world.finish()
    return world.problems()


def _mint_slowly(world: World, call: str) -> None:
    """Writes take so long that signers have read the ring anew when they are done."""
    if call == "store.save":
        world.clock.advance(POLICY.signer_cache + 1)
        world.mint()


def slow_old_writer() -> list[str]:
    """A run writes the static copy of an old ring while another publishes a key, whatever the moment."""
    problems: list[str] = []
    for moment in range(5, 14):
        world = World()
        running(world)
        with fault_at(world.calls, 3, Fault.DIES_AFTER):
            world.do("import_key", jwk=FOREIGN, until=world.clock() + 3600)

        def rotate(world: World = world) -> None:
            world.do("rotate")
            world.clock.advance(121)
            world.run()

        Interleaving(world.calls, [(0, moment), (1, 10**6), (0, 10**6)]).run(world.run, rotate)
        world.run_for(POLICY.propagation + 300, every=300)
        world.calls.after = partial(_mint_slowly, world)
        with suppress(JwxError):
            world.do("rotate")
        problems += [f"{moment}: {v}" for v in world.watch.violations]
    return problems
