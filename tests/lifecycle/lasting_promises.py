"""What must outlive a change of policy, and the table itself: each a course that answers what went wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from jwx.errors import IssuerExists, PublicationUnavailable
from tests.lifecycle.faults import Crash
from tests.lifecycle.scenarios import running
from tests.lifecycle.world import POLICY, World, changed

HOUR: Final = 3600
LONG_ON_EDGE: Final = changed(stale_if_error=5 * HOUR, rotation_period=24 * HOUR)
LONG_IN_CLIENTS: Final[dict[str, Any]] = {"stale_if_error": 0, "client_cache": 5 * HOUR}


def settled() -> World:
    """An issuer whose answers the CDN keeps for five hours, with a ready standby."""
    world = World(policy=LONG_ON_EDGE, tag_lag=300)
    world.run()
    world.run_for(7 * HOUR)
    return world


def slow_clients_fetch_what_the_edge_held() -> list[str]:
    """What the CDN keeps by the old policy is fetched by clients that the new one allows to keep it."""
    world = settled()
    world.do("update_policy", policy={**LONG_IN_CLIENTS, "algorithms": ["ES256", "EdDSA"]})
    world.run_for(14 * HOUR, every=300)
    world.finish()
    return world.problems()


def slower_clients_while_a_key_waits() -> list[str]:
    """A standby waits for the caches of one policy when another comes, and is needed as soon as may be."""
    world = settled()
    world.do("rotate")
    world.run_for(900, every=300)
    world.do("update_policy", policy=LONG_IN_CLIENTS)
    world.run_for(6 * HOUR, every=300)
    world.do("revoke", kid=world.active_kid())
    world.run_for(8 * HOUR, every=300)
    world.finish()
    return world.problems()


def slow_write_of_a_policy() -> list[str]:
    """The write of a policy with quicker clients takes minutes; until then the old one is in force."""
    quick = {"s_maxage": 0, "stale_while_revalidate": 0, "stale_if_error": 0}
    world = World(policy=changed(**quick, client_cache=5 * HOUR, rotation_period=24 * HOUR))
    world.run()
    world.run_for(7 * HOUR)

    def slowly(call: str) -> None:
        if call == "store.save":
            world.calls.before = lambda _: None
            world.clock.advance(180)

    world.calls.before = slowly
    world.do("update_policy", policy={"client_cache": 300, "algorithms": ["ES256", "EdDSA"]})
    world.run_for(6 * HOUR, every=30)
    world.finish()
    return world.problems()


def longer_tokens_and_back() -> list[str]:
    """The table is restored to before a time in which tokens were allowed to live for six hours."""
    world = World(tag_lag=300)
    world.run()
    world.run_for(2 * HOUR)
    backup = world.backup()
    world.do("update_policy", policy={"max_token_lifetime": 6 * HOUR})
    world.clock.advance(POLICY.signer_cache + POLICY.clock_skew)
    world.mint()
    world.do("update_policy", policy={"max_token_lifetime": POLICY.max_token_lifetime})
    world.restore(backup)
    world.run()
    world.do("rotate")
    world.run_for(8 * HOUR, every=300)
    world.finish()
    return world.problems()


def longer_caches_and_back() -> list[str]:
    """The table is restored to before a time in which the CDN was allowed to keep answers for five hours."""
    world = World(policy=changed(rotation_period=24 * HOUR), tag_lag=300)
    world.run()
    world.run_for(2 * HOUR)
    backup = world.backup()
    world.do("update_policy", policy={"stale_if_error": 5 * HOUR})
    world.run()
    world.restore(backup)
    world.run()
    world.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]})
    world.run_for(8 * HOUR, every=300)
    world.finish()
    return world.problems()


def longer_caches_in_the_copy_and_back() -> list[str]:
    """The static copy, of that longer policy, cannot be replaced for hours after the table was restored."""
    world = World(policy=changed(rotation_period=24 * HOUR), tag_lag=300)
    world.run()
    world.run_for(2 * HOUR)
    backup = world.backup()
    world.do("update_policy", policy={"stale_if_error": 5 * HOUR})
    world.run()
    world.restore(backup)

    def refuse(call: str) -> None:
        if call == "copy.write":
            raise PublicationUnavailable("S3: throttled")

    world.calls.before = refuse
    world.run()
    world.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]})
    world.run_for(4 * HOUR, every=300)
    world.calls.before = lambda _: None
    world.run_for(8 * HOUR, every=300)
    world.finish()
    return world.problems()


def lost_issuer_with_longer_tokens() -> list[str]:
    """An issuer is newer than the backup; a person makes it again and forgets how long its tokens lived."""
    world = World(tag_lag=300)
    world.run()
    backup = world.backup()
    world.do("create_issuer", issuer="other", policy={"max_token_lifetime": 6 * HOUR})
    world.mint()
    world.restore(backup)
    world.do("create_issuer", issuer="other")
    world.run_for(8 * HOUR, every=300)
    world.finish()
    return world.problems()


def revoked_and_lost_at_once() -> list[str]:
    """The run dies with the write that revoked the key, and the table is restored before the next one."""
    world = World(tag_lag=300)
    running(world)
    backup, kid = world.backup(), world.active_kid()

    def die(call: str) -> None:
        if call == "store.save":
            raise Crash

    world.calls.after = die
    with suppress(Crash):
        world.do("revoke", kid=kid)
    world.calls.after = lambda _: None
    revoked = kid in world.watch.revoked
    world.restore(backup)
    world.run()
    back = [k.kid for k in world.ring().published(world.clock()) if k.kid == kid]
    world.finish()
    return world.problems() + [f"{kid} is back" for kid in back if revoked]


def recreated_after_the_backup() -> list[str]:
    """The backup remembers an issuer as deleted that came back since; a person makes it once more."""
    world = World(tag_lag=300)
    world.run()
    world.do("create_issuer", issuer="other")
    world.run_for(HOUR)
    world.do("delete_issuer", issuer="other")
    world.run_for(2 * HOUR)
    backup = world.backup()
    world.do("create_issuer", issuer="other")
    world.mint()
    needed = [k.kid for k in world.ring("other").keys if k.activated_at is not None]
    world.restore(backup)
    world.run()
    lost = [kid for kid in needed if world.ring("other").key(kid) is None]
    for _ in range(1000):
        with suppress(IssuerExists):
            world.do("create_issuer", issuer="other")
            break
        world.run_for(300, every=300)
    world.finish()
    gone = ["it could not be made again"] if world.ring("other").deleted_at is not None else []
    return world.problems() + gone + [f"{kid} is lost" for kid in lost]
