"""Runs over all issuers: paged, resumable, bounded in time, and no bad issuer stops the others."""

from __future__ import annotations

from dataclasses import replace

from jwx.errors import KeyRingUnavailable
from jwx.ports import Progress
from jwx.ring.keyring import KeyRing
from tests.lifecycle.faults import calls_of, error_of
from tests.lifecycle.scenarios import running
from tests.lifecycle.world import World


def test_the_thousandth_issuer_needs_no_more_calls_than_the_first() -> None:
    """Nothing that creates an issuer looks at the others."""
    world = World()
    world.run()
    first = calls_of(world.calls, lambda: world.do("create_issuer", issuer="tenant-1"))
    for n in range(2, 1000):
        world.store.rings[f"tenant-{n}"] = replace(world.ring("tenant-1"), issuer=f"tenant-{n}")
    last = calls_of(world.calls, lambda: world.do("create_issuer", issuer="tenant-1000"))
    assert first == last


def test_a_run_out_of_time_is_resumed_behind_where_it_stopped() -> None:
    """Each run serves some; together they serve all, and start again."""
    world = World()
    world.run()
    for n in range(30):
        world.do("create_issuer", issuer=f"tenant-{n:02}")
    served: list[int] = []

    def slowly(call: str) -> None:
        if call == "store.load":
            world.clock.advance(3)

    world.calls.before = slowly
    for _ in range(6):
        answer = world.verbs(seconds=60).handle({"action": "reconcile", "issuer": "*"})
        served.append(answer["issuers"])
        if answer["complete"]:
            break
    assert len(served) > 1
    assert sum(served) == 31
    assert world.verbs(seconds=10**6).handle({"action": "reconcile", "issuer": "*"})["issuers"] == 31


def damage(world: World, *names: str) -> None:
    """Let the rings of those issuers be unreadable."""
    load = world.store.load

    def failing(issuer: str) -> KeyRing | None:
        if issuer in names:
            raise KeyRingUnavailable("key ring: its document is damaged")
        return load(issuer)

    world.store.load = failing  # type: ignore[method-assign]


def test_a_bad_issuer_does_not_stop_the_others() -> None:
    """Not even the default one, which every run looks at first."""
    world = World()
    running(world)
    world.do("create_issuer", issuer="other")
    world.clock.advance(7 * 3600)
    before = world.active_kid("other")
    damage(world, "default")
    answer = world.run()
    assert answer["failed"] == ["default"]
    assert world.active_kid("other") != before


def test_the_sweep_goes_on_behind_keys_of_a_bad_issuer() -> None:
    """Its keys are counted as left; an orphan of another issuer is deleted."""
    world = World()
    running(world)
    world.do("create_issuer", issuer="other")
    create = {"algorithm": "ES256", "operation": "lost", "rsa_bits": 2048}
    orphan = world.rotating().keys.create(issuer="other", **create)  # type: ignore[arg-type]
    world.clock.advance(1200)
    damage(world, "default")
    orphans = world.run()["orphans"]
    assert orphans["deleted"] == 1
    assert orphans["left"] == 2
    assert world.kms.keys[orphan].state == "PendingDeletion"


def test_a_key_with_our_stack_but_no_issuer_is_left_alone_and_counted() -> None:
    """Somebody tagged a key by hand: an alarm is better than its deletion."""
    world = World()
    running(world)
    made = world.kms.create_key(
        KeySpec="ECC_NIST_P256",
        KeyUsage="SIGN_VERIFY",
        Tags=[{"TagKey": "jwx:stack", "TagValue": "jwx"}, {"TagKey": "jwx:state", "TagValue": "published"}],
    )
    world.clock.advance(1200)
    assert world.run()["orphans"]["left"] == 1
    assert world.kms.keys[made["KeyMetadata"]["Arn"]].state == "Enabled"


def test_success_is_only_recorded_when_every_issuer_was_served() -> None:
    """The heartbeat alarm counts from there."""
    world = World()
    running(world)
    last = world.record.load().last_success_at
    damage(world, "default")
    world.clock.advance(3600)
    world.run()
    assert world.record.load().last_success_at == last
    assert world.journal.measurements[-1][1]["SecondsSinceLastSuccessfulRun"] >= 3600


def test_the_metrics_tell_of_a_missing_standby() -> None:
    """Not while it is on its way after a rotation, but when it does not come."""
    world = World()
    running(world)
    assert world.journal.measurements[-1][1]["StandbyReady"] == 1

    def refuse(call: str) -> None:
        if call == "kms.CreateKey":
            raise KeyRingUnavailable("no")

    world.calls.before = refuse
    world.do("rotate")
    world.run()
    assert world.journal.measurements[-1][1]["StandbyReady"] == 1
    world.clock.advance(2 * 3600)
    world.run()
    assert world.journal.measurements[-1][1]["StandbyReady"] == 0


def test_an_algorithm_that_joins_the_policy_is_no_missing_standby() -> None:
    """Its first key waits for the caches for a day and more. That nothing follows a revoked key is one."""
    world = World()
    running(world)
    world.do("update_policy", policy={"algorithms": ["ES256", "EdDSA"]})
    world.run()
    assert world.journal.measurements[-1][1]["StandbyReady"] == 1
    world.run_for(2 * 3600)
    world.do("rotate", algorithm="EdDSA")
    world.run()
    world.do("revoke", kid=world.active_kid(algorithm="EdDSA"))
    world.run()
    assert world.journal.measurements[-1][1]["StandbyReady"] == 0


def test_the_issuers_count_as_served_where_orphans_cannot_be_looked_for() -> None:
    """But the run is no success, and the next one starts with the first issuer."""
    world = World()
    running(world)
    last = world.record.load().last_success_at

    def refuse(call: str) -> None:
        if call == "tagging.GetResources" and (error := error_of(call)):
            raise error

    world.calls.before = refuse
    world.clock.advance(600)
    answer = world.run()
    assert (answer["complete"], answer["failed"], answer["orphans"]) == (True, [], None)
    assert world.record.load() == Progress(last_success_at=last)
    assert any("orphans" in text for _, text in world.journal.warnings)
