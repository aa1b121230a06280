"""Courses of events around keys and issuers that are taken away; each answers what went wrong."""

from __future__ import annotations

from jwx.ring.keyring import State
from tests.fakes.publication import NOT_FOUND
from tests.lifecycle.faults import Crash, Fault, error_of, fault_at
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.scenarios import FOREIGN, just_rotated, running
from tests.lifecycle.world import POLICY, World


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


def revoked_just_after_a_rotation() -> list[str]:
    """The active key is revoked while its successor is not ready."""
    world = World()
    just_rotated(world)
    world.do("revoke", kid=world.active_kid())
    silent = world.ring().active("ES256") is None
    world.finish()
    return ([] if silent else ["an unready key signs"]) + world.problems()


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
