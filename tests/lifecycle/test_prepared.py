"""Copies of a prepared world, and ends that are known: both must be as good as a world of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.lifecycle.endings import Endings, left_behind
from tests.lifecycle.prepared import Prepared
from tests.lifecycle.scenarios import restored, running, two_algorithms
from tests.lifecycle.world import World


def disable_a_key(world: World) -> None:
    next(iter(world.kms.keys.values())).state = "Disabled"


def tag_a_key(world: World) -> None:
    world.kms.tag_resource(KeyId=next(iter(world.kms.keys)), Tags=[])


def lose_the_copy(world: World) -> None:
    world.publication.copies.pop("default")


def fill_the_edge(world: World) -> None:
    world.publication.get("default")


def hold_a_long_token(world: World) -> None:
    world.watch.minted("default", world.active_kid(), accepted_until=world.clock.exact + 5000)


def change_the_ring(world: World) -> None:
    world.store.rings["default"] = replace(world.ring(), forced=("ES256",))


CHANGES = (
    disable_a_key,
    tag_a_key,
    lose_the_copy,
    fill_the_edge,
    change_the_ring,
    hold_a_long_token,
    lambda world: world.clock.advance(0.5),
    lambda world: world.watch.revoked.add(world.active_kid()),
    lambda world: world.watch.foreign.add(world.active_kid()),
    lambda world: world.watch.found(1, "default", "by hand"),
    lambda world: world.publication.invalidate("default", token="t"),
    lambda world: world.journal.warned("default", "the run failed: by hand"),
)


@pytest.mark.parametrize("prepare", [running, two_algorithms, restored], ids=lambda prepare: prepare.__name__)
def test_a_copy_lives_the_life_of_the_original(prepare: Callable[[World], None]) -> None:
    """Call by call, key by key, token by token."""
    original = World(tag_lag=300, appears_after=1)
    prepare(original)
    copy = Prepared(original).world()
    for world in (original, copy):
        world.mint()
        world.finish()
    assert left_behind(copy) == left_behind(original)
    assert copy.calls.names == original.calls.names
    assert copy.watch.tokens == original.watch.tokens


def test_what_happens_to_one_copy_happens_to_no_other() -> None:
    """Nor to what all are copied from."""
    prepared = Prepared.by(running)
    before = left_behind(prepared.world())
    prepared.world().finish()
    assert left_behind(prepared.world()) == before


def test_a_copy_is_watched_by_a_watch_of_its_own() -> None:
    """An invariant that breaks in it is seen there, and nowhere else."""
    prepared = Prepared.by(running)
    broken, sound = prepared.world(), prepared.world()
    for world in (broken, sound):
        world.mint()
    broken.store.rings["default"] = replace(broken.ring(), keys=())
    assert {violation.invariant for violation in broken.watch.violations} == {1, 3}
    assert sound.watch.violations == []


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_matters_makes_another_state(change: Callable[[World], object]) -> None:
    """Else the end of one world would be taken for that of another."""
    prepared = Prepared.by(running)
    changed = prepared.world()
    change(changed)
    assert left_behind(changed) != left_behind(prepared.world())


def test_an_end_is_told_to_all_that_come_to_it() -> None:
    """The bad as well as the good; only the first is followed."""
    prepared, endings = Prepared.by(running), Endings()
    first, second, other = prepared.world(), prepared.world(), prepared.world()
    for world in (first, second):
        world.watch.found(5, "default", "by hand")
    assert endings.problems(first) == endings.problems(second) != []
    assert second.clock() < first.clock()
    assert endings.problems(other) == []
