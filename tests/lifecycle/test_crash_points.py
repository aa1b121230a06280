"""Each kind of run, stopped at each of its calls to AWS in each way: the next runs finish it."""

from __future__ import annotations

from functools import cache

import pytest

from tests.lifecycle.endings import Endings
from tests.lifecycle.faults import Fault, calls_of, fault_at
from tests.lifecycle.prepared import Prepared
from tests.lifecycle.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.slow  # every call is a run of its own


@cache
def begun(scenario: Scenario) -> tuple[Prepared, Endings]:
    """The world right before the run, and how it ended so far."""
    return Prepared.by(scenario.prepare, tag_lag=300, appears_after=1), Endings()


def stopped(scenario: Scenario, number: int, fault: Fault) -> list[str]:
    """What is wrong in the end when the call of that number goes wrong."""
    prepared, endings = begun(scenario)
    world = prepared.world()
    with fault_at(world.calls, number, fault):
        scenario.act(world)
    world.mint()
    allowed = {"default: the run failed: KeyRingUnavailable", "other: the run failed: KeyRingUnavailable"}
    return [problem for problem in endings.problems(world) if problem not in allowed]


def calls_made(scenario: Scenario) -> int:
    """How many calls the undisturbed run makes."""
    world = begun(scenario)[0].world()
    return calls_of(world.calls, lambda: scenario.act(world))


CASES = [
    pytest.param(scenario, fault, id=f"{scenario.name}, {fault}") for scenario in SCENARIOS for fault in Fault
]


@pytest.mark.parametrize(("scenario", "fault"), CASES)
def test_a_run_stopped_at_any_call_is_finished_by_the_next(scenario: Scenario, fault: Fault) -> None:
    """All invariants hold and no KMS key is left over, whichever call it is."""
    for number in range(calls_made(scenario)):
        assert stopped(scenario, number, fault) == [], f"call {number}"
