"""The interleavings that the protocol was made for, each a course of events that answers what went wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from jwx.errors import IssuerExists, JwxError, PublicationUnavailable, SigningUnavailable, TooManyKeys
from jwx.lifecycle.keyring import State
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS, RotationPolicy
from tests.fakes.publication import NOT_FOUND
from tests.lifecycle.faults import Crash, Fault, error_of, fault_at, silence_of
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.scenarios import FOREIGN, just_rotated, pending, restored, running
from tests.lifecycle.world import POLICY, World

SKEW = POLICY.clock_skew


def changed(**fields: Any) -> RotationPolicy:
    """The test policy with other values."""
    return RotationPolicy.parse(fields, base=POLICY)


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


def edge_refilled_during_a_revocation() -> list[str]:
    """An answer with the revoked key reaches the CDN right after it was emptied."""
    world = World()
    running(world)
    kid, old = world.active_kid(), world.publication.get("default")
    assert old is not None
    refills = [old]

    def refill(call: str) -> None:
        if call == "cdn.invalidate" and refills:
            world.publication.refill("default", refills.pop())

    world.calls.after = refill
    world.do("revoke", kid=kid)
    world.calls.after = lambda _: None
    held = world.publication.edge.get("default")
    wrong = [f"the CDN still serves {kid}"] if held and kid in held[0].kids else []
    if not wrong:
        world.finish()
    return wrong + world.problems()


def revocation_while_kms_is_busy() -> list[str]:
    """KMS refuses every call of a revocation: what is public happens, the rest waits for the next run."""
    world = World()
    running(world)
    kid = world.active_kid()

    def refuse(call: str) -> None:
        if call.startswith("kms.") and (error := error_of(call)):
            raise error

    world.calls.before = refuse
    world.do("revoke", kid=kid)
    held = world.publication.edge.get("default")
    wrong = [f"the CDN still serves {kid}"] if held and kid in held[0].kids else []
    world.run_for(600, every=300)
    world.calls.before = lambda _: None
    world.finish()
    enabled = [k.arn for k in world.kms.keys.values() if k.state == "Enabled"]
    known = {k.key_arn for k in world.ring().keys if k.revoked_at is None}
    return wrong + [f"{a} could still sign" for a in enabled if a not in known] + world.problems()


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


def revoked_while_it_is_deleted() -> list[str]:
    """The last key of a deleted issuer is revoked: the URL says so for as long as its tokens live."""
    world = World()
    running(world)
    world.do("delete_issuer")
    for key in world.ring().keys:
        world.do("revoke", kid=key.kid)
    over, wrong = world.clock() + POLICY.retention, []
    while world.ring().deleted_at is None and world.clock() < over + 3600:
        world.run_for(60, every=60)
        face = world.publication.origin("default"), world.publication.copies.get("default")
        if world.clock() < over and (None in face or NOT_FOUND in face):
            wrong.append(f"nothing is served {over - world.clock()} s before the last token is over")
    if world.publication.copies or world.publication.origin("default") != NOT_FOUND:
        wrong.append("something is served when the last token is over")
    world.finish()
    return wrong[:1] + world.problems()


def deleted_default_is_not_bootstrapped() -> list[str]:
    """Deleting the default issuer is for good, though every run bootstraps it."""
    world = World()
    running(world)
    world.do("delete_issuer")
    world.finish()
    again = [] if world.ring().deleted_at is not None else ["the default issuer came back"]
    return again + ([f"{world.mint()} tokens"] if world.mint() else []) + world.problems()


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


def copied_and_taken_back() -> list[str]:
    """A key is revoked while a run copies the set that has it; that run dies with the copy written."""
    problems: list[str] = []
    for moment in range(5, 14):
        world, done = World(), [False]
        running(world)
        with fault_at(world.calls, 3, Fault.DIES_AFTER):
            world.do("import_key", jwk=FOREIGN, until=world.clock() + 86400)
        kid = next(k.kid for k in world.ring().keys if k.until is not None)

        def take_back(world: World = world, kid: str = kid, done: list[bool] = done) -> None:
            world.do("revoke", kid=kid)
            done[0] = True

        def die(call: str, done: list[bool] = done) -> None:
            if call == "copy.write" and done[0]:
                raise Crash

        world.calls.after = die
        Interleaving(world.calls, [(0, moment), (1, 10**6), (0, 10**6)]).run(world.run, take_back)
        world.calls.after = lambda _: None
        world.run_for(600, every=300)
        if kid in world.publication.copies["default"].kids:
            problems.append(f"{moment}: the static copy has the revoked {kid}")
    return problems


def revoked_after_its_end() -> list[str]:
    """A key is revoked that is no longer in the JWK Set: its revocation comes to an end too."""
    world = World()
    just_rotated(world)
    world.run_for(POLICY.retention + 300, every=300)
    retired = next(k.kid for k in world.ring().keys if k.state(0) is State.RETIRED)
    world.do("revoke", kid=retired)
    world.run_for(600, every=300)
    return [f"open: {w}" for w in world.ring().withdrawals] + [str(v) for v in world.watch.violations]


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


def revoked_just_after_a_rotation() -> list[str]:
    """The active key is revoked while its successor is not ready."""
    world = World()
    just_rotated(world)
    world.do("revoke", kid=world.active_kid())
    silent = world.ring().active("ES256") is None
    world.finish()
    return ([] if silent else ["an unready key signs"]) + world.problems()
