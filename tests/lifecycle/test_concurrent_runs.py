"""Two and three runs at once: no schedule of their calls to AWS breaks an invariant."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.lifecycle.faults import calls_of
from tests.lifecycle.interleaving import Interleaving, Turn
from tests.lifecycle.scenarios import just_rotated, nothing, restored, retirement_due, rotation_due, running
from tests.lifecycle.world import POLICY, World

pytestmark = pytest.mark.slow  # every schedule is a run of its own

type Run = Callable[[World], object]

SKEW = POLICY.clock_skew


def scheduled(world: World) -> None:
    """A scheduled run by a clock that is late."""
    world.run(skew=1 - SKEW)


def early(world: World) -> None:
    """A scheduled run by a clock that is early."""
    world.run(skew=SKEW)


def rotate(world: World) -> None:
    world.do("rotate")


def revoke(world: World) -> None:
    """Of the newest key that may sign or does; of no key when there is none."""
    usable = [k.kid for k in world.ring().keys if k.signing_ended_at is None and k.revoked_at is None]
    world.do("revoke", kid=usable[-1] if usable else "none")


def drop(world: World) -> None:
    world.do("update_policy", policy={"algorithms": ["EdDSA"]})


def delete(world: World) -> None:
    world.do("delete_issuer")


PAIRS = [
    pytest.param(nothing, scheduled, early, id="two bootstraps"),
    pytest.param(rotation_due, scheduled, early, id="two rotations"),
    pytest.param(retirement_due, scheduled, early, id="two retirements"),
    pytest.param(restored, scheduled, early, id="two recoveries"),
    pytest.param(running, rotate, revoke, id="rotation and revocation"),
    pytest.param(just_rotated, scheduled, revoke, id="a birth and a revocation"),
    pytest.param(rotation_due, scheduled, drop, id="rotation and a dropped algorithm"),
    pytest.param(rotation_due, scheduled, delete, id="rotation and deletion"),
]


def played(
    prepare: Run, runs: Sequence[Run], turns: Sequence[Turn], known: set[str] | None = None
) -> list[str]:
    """What is wrong in the end. Where the race leaves a state that is `known`, the end is known too."""
    world = World(tag_lag=300)
    prepare(world)
    Interleaving(world.calls, turns).run(*(lambda run=run: run(world) for run in runs))
    world.mint()
    state = left_behind(world)
    if known is not None and state in known and not world.watch.violations:
        return []
    if known is not None:
        known.add(state)
    world.finish()
    return world.problems()


def left_behind(world: World) -> str:
    """Everything that what comes next depends on. Versions only ever differ."""
    rings = [replace(ring, version="") for ring in world.store.rings.values()]
    kms = [(key.state, key.tagged) for key in world.kms.keys.values()]
    public = (world.publication.copies, world.publication.edge)
    return repr((rings, kms, public, world.record.load(), world.clock.exact))


def length(prepare: Run, run: Run) -> int:
    """How many calls the run makes alone."""
    world = World(tag_lag=300)
    prepare(world)
    return calls_of(world.calls, lambda: run(world))


def schedules(prepare: Run, one: Run, other: Run) -> list[list[Turn]]:
    """All with up to two switches: one goes `i` calls, the other `j`, then each finishes."""
    first, second = length(prepare, one), length(prepare, other)
    return [
        [(a, i), (1 - a, j)]
        for a, long, wide in ((0, first, second), (1, second, first))
        for i in range(1, long + 1)
        for j in range(1, wide + 1)
    ]


@pytest.mark.parametrize(("prepare", "one", "other"), PAIRS)
def test_two_runs_at_once_break_nothing(prepare: Run, one: Run, other: Run) -> None:
    """A seeded sample of the schedules with up to two switches."""
    for turns in random.Random(7).sample(schedules(prepare, one, other), 6):  # noqa: S311
        assert played(prepare, (one, other), turns) == [], turns


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("prepare", "one", "other"), PAIRS)
def test_two_runs_at_once_break_nothing_in_any_order(prepare: Run, one: Run, other: Run) -> None:
    """Every schedule with up to two switches."""
    known: set[str] = set()
    for turns in schedules(prepare, one, other):
        assert played(prepare, (one, other), turns, known) == [], turns


def three(seed: int) -> list[str]:
    """Three runs of a seeded kind, switching at random."""
    seeded = random.Random(seed)  # noqa: S311
    prepare = seeded.choice((running, rotation_due, just_rotated, restored))
    runs = seeded.choices((scheduled, early, rotate, revoke, drop, delete), k=3)
    turns = [(seeded.randrange(3), seeded.randrange(1, 12)) for _ in range(60)]
    return played(prepare, runs, turns)


def test_three_runs_at_once_break_nothing() -> None:
    """A small seeded sample."""
    for seed in range(12):
        assert three(seed) == [], f"seed {seed}"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", range(8))
def test_three_runs_at_once_break_nothing_in_many_orders(block: int) -> None:
    """A large seeded sample."""
    for seed in range(1000 + block * 250, 1000 + (block + 1) * 250):
        assert three(seed) == [], f"seed {seed}"
