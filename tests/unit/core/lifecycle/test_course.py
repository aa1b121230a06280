"""A run that is ended from outside, because a call to AWS hung: the next one goes on behind that issuer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from jwx.errors import KeyRingUnavailable
from jwx.lifecycle.course import NOTE_EVERY, Course
from jwx.ports import Progress
from tests.lifecycle.faults import Crash
from tests.lifecycle.world import World

ISSUERS = 12


class Hanging:
    """A world of a dozen issuers for each of whose keys KMS takes a second, and for one's for ever."""

    def __init__(self) -> None:
        self.world = World()
        self.world.run()
        for n in range(1, ISSUERS):
            self.world.do("create_issuer", issuer=f"tenant-{n:02}")
        self.issuers = set(self.world.store.rings)
        self.hanging: str | None = None
        self._served: list[str] = []
        self._describe = self.world.kms.describe_key
        self.world.kms.describe_key = self._slowly  # type: ignore[method-assign]

    def _slowly(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803  # as in boto3
        issuer = next(name for name, ring in self.world.store.rings.items() if ring.has_arn(KeyId))
        self.world.clock.advance(1)
        if issuer == self.hanging:
            raise Crash  # Lambda ends the function, and nothing in it can catch that
        self._served.append(issuer)
        return self._describe(KeyId=KeyId)

    def run(self) -> set[str]:
        """One scheduled run, ended or not; answers the issuers that it served."""
        self._served.clear()
        with suppress(Crash):
            self.world.run()
        return set(self._served)


@pytest.fixture
def hanging() -> Hanging:
    """All is well so far."""
    return Hanging()


def notes(world: World, act: Callable[[], object]) -> int:
    """How often the run wrote down where it was."""
    before = world.calls.names.count("run.save")
    act()
    return world.calls.names.count("run.save") - before


def test_an_issuer_that_hangs_does_not_stop_the_others(hanging: Hanging) -> None:
    """Whichever it is: from the third run on, each run serves all others first."""
    for bad in sorted(hanging.issuers):
        hanging.hanging = bad
        for _ in range(2):
            hanging.run()
        for _ in range(2):
            assert hanging.run() == hanging.issuers - {bad}
        hanging.hanging = None
        assert hanging.run() == hanging.issuers


def test_a_run_that_was_ended_is_no_success(hanging: Hanging) -> None:
    """The heartbeat stops, the journal names the issuer, and both end with the first run that serves all."""
    last = hanging.world.record.load().last_success_at
    hanging.hanging = "tenant-07"
    for _ in range(3):
        hanging.run()
    assert hanging.world.record.load().last_success_at == last
    assert ("tenant-07", "a run was ended here or soon behind") in hanging.world.journal.warnings
    hanging.hanging = None
    hanging.run()
    assert hanging.world.record.load() == Progress(last_success_at=hanging.world.clock())


def test_an_undisturbed_run_writes_seldom(hanging: Hanging) -> None:
    """By the time, not by the number of issuers; a run that follows an ended one may write for each."""
    began = hanging.world.clock()
    written = notes(hanging.world, hanging.run)
    assert written <= 2 + (hanging.world.clock() - began) / NOTE_EVERY
    assert written < ISSUERS
    hanging.hanging = "tenant-07"
    hanging.run()
    hanging.hanging = None
    assert notes(hanging.world, hanging.run) == ISSUERS + 1


def test_a_note_that_cannot_be_written_stops_nobody(hanging: Hanging) -> None:
    """The issuers are served; only the last word, which tells of the success, has to be written."""
    refusals = [KeyRingUnavailable("DynamoDB: throttled")]

    def refuse(call: str) -> None:
        if call == "run.save" and refusals:
            raise refusals.pop()

    hanging.world.calls.before = refuse
    assert len(hanging.run()) == ISSUERS
    assert not refusals


def test_a_failure_before_a_pause_is_not_forgotten_behind_it() -> None:
    """A round that takes two runs is a success only if both served all of theirs."""
    world = World()
    first = Course(record=world.record, clock=world.clock)
    first.enter("default")
    first.stop(done=False, failed=True)
    world.clock.advance(300)
    assert Course(record=world.record, clock=world.clock).stop(done=True, failed=False) is None
    assert Course(record=world.record, clock=world.clock).stop(done=True, failed=False) == world.clock()


def test_a_run_without_time_for_any_issuer_leaves_the_record_as_it_was() -> None:
    """Also the note of one that was ended."""
    world = World()
    left = Progress(resume_after="shop", under_way=True)
    world.record.save(left)
    Course(record=world.record, clock=world.clock).stop(done=False, failed=False)
    assert world.record.load() == left
