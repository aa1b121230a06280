"""Two and three runs at once: no schedule of their calls to AWS breaks an invariant."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import count

import pytest

from tests.lifecycle.endings import Endings
from tests.lifecycle.faults import calls_of
from tests.lifecycle.interleaving import Interleaving, Turn
from tests.lifecycle.prepared import Prepared
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


@cache
def begun(prepare: Run) -> tuple[Prepared, Endings]:
    """The world right before the runs, and how it ended so far."""
    return Prepared.by(prepare, tag_lag=300), Endings()


def played(prepare: Run, runs: Sequence[Run], turns: Sequence[Turn]) -> tuple[list[str], int]:
    """What is wrong in the end, and how many switches there were."""
    prepared, endings = begun(prepare)
    world = prepared.world()
    race = Interleaving(world.calls, turns)
    race.run(*(partial(run, world) for run in runs))
    world.mint()
    return endings.problems(world), race.switches


def length(prepare: Run, run: Run) -> int:
    """How many calls the run makes alone."""
    world = begun(prepare)[0].world()
    return calls_of(world.calls, partial(run, world))


def orders(prepare: Run, first: Run, second: Run) -> Iterator[tuple[list[str], list[Turn]]]:
    """All in which `first` makes some calls, then `second` some, then `first` all others; how each ends.

    Where a run ends within its turn, a longer turn would change nothing.
    """
    for i in count(1):
        for j in count(1):
            turns = [(0, i), (1, j)]
            problems, switches = played(prepare, (first, second), turns)
            yield problems, turns
            if switches == 0:
                return
            if switches == 1:
                break


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("prepare", "one", "other"), PAIRS)
def test_two_runs_at_once_break_nothing_in_any_order(prepare: Run, one: Run, other: Run) -> None:
    """Every schedule with up to two switches, whichever begins; the last is the one without a switch."""
    for first, second in ((one, other), (other, one)):
        for problems, turns in orders(prepare, first, second):
            assert problems == [], turns
        assert turns == [(0, length(prepare, first)), (1, 1)]


def three(seed: int) -> list[str]:
    """Three runs of a seeded kind, switching at random."""
    seeded = random.Random(seed)  # noqa: S311
    prepare = seeded.choice((running, rotation_due, just_rotated, restored))
    runs = seeded.choices((scheduled, early, rotate, revoke, drop, delete), k=3)
    turns = [(seeded.randrange(3), seeded.randrange(1, 12)) for _ in range(60)]
    return played(prepare, runs, turns)[0]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", range(8))
def test_three_runs_at_once_break_nothing_in_many_orders(block: int) -> None:
    """A large seeded sample."""
    for seed in range(1000 + block * 125, 1000 + (block + 1) * 125):
        assert three(seed) == [], f"seed {seed}"
