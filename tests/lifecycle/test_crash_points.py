"""Each kind of run, stopped at each of its calls to AWS in each way: the next runs finish it."""

from __future__ import annotations

import pytest

from tests.lifecycle.faults import Fault, calls_of, fault_at
from tests.lifecycle.scenarios import SCENARIOS, Scenario
from tests.lifecycle.world import World

pytestmark = pytest.mark.slow  # every call is a run of its own

EVERY_SO_MANY = 41
"""The fast run tries every so many calls, other ones for each scenario and fault; the slow one tries all."""


def stopped(scenario: Scenario, number: int, fault: Fault) -> list[str]:
    """What is wrong in the end when the call of that number goes wrong."""
    world = World(tag_lag=300, appears_after=1)
    scenario.prepare(world)
    with fault_at(world.calls, number, fault):
        scenario.act(world)
    world.mint()
    world.finish()
    failed_runs = {text for _, text in world.journal.warnings if "the run failed" in text}
    allowed = {"default: the run failed: KeyRingUnavailable", "other: the run failed: KeyRingUnavailable"}
    assert all("KeyRingUnavailable" in text for text in failed_runs), failed_runs
    return [problem for problem in world.problems() if problem not in allowed]


def calls_made(scenario: Scenario) -> int:
    """How many calls the undisturbed run makes."""
    world = World(tag_lag=300, appears_after=1)
    scenario.prepare(world)
    return calls_of(world.calls, lambda: scenario.act(world))


CASES = [
    pytest.param(scenario, fault, id=f"{scenario.name}, {fault}") for scenario in SCENARIOS for fault in Fault
]


@pytest.mark.parametrize(("scenario", "fault"), CASES)
def test_a_run_stopped_at_some_calls_is_finished_by_the_next(scenario: Scenario, fault: Fault) -> None:
    """All invariants hold and no KMS key is left over; a sample of the calls."""
    first = (SCENARIOS.index(scenario) * 5 + list(Fault).index(fault) * 3) % EVERY_SO_MANY
    for number in range(first, calls_made(scenario), EVERY_SO_MANY):
        assert stopped(scenario, number, fault) == [], f"call {number}"


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "fault"), CASES)
def test_a_run_stopped_at_any_call_is_finished_by_the_next(scenario: Scenario, fault: Fault) -> None:
    """All invariants hold and no KMS key is left over, whichever call it is."""
    for number in range(calls_made(scenario)):
        assert stopped(scenario, number, fault) == [], f"call {number}"
