"""What the bench says of its goals, and how it ends."""

from __future__ import annotations

import pytest

from benchmarks.goals import Goal, goals_table, judged
from benchmarks.spread import Spread, ratios


def test_a_goal_is_met_up_to_its_bound() -> None:
    """At the most means: the bound itself is fine, a hair more is not."""
    at, above = (Goal(about="x", value=value, most=1.15) for value in (1.15, 1.1501))
    assert (at.met, above.met) == (True, False)


def test_a_table_shows_each_goal_with_its_verdict() -> None:
    """Also in print a missed goal is not to be overlooked."""
    shown = goals_table(
        [Goal(about="a", value=1, most=2), Goal(about="b", value=3, most=2, shown="3 (2 to 4)")]
    )
    assert shown.splitlines()[2:] == [
        "| a | 1 | at most 2: met |",
        "| b | 3 (2 to 4) | at most 2: **missed** |",
    ]


def test_the_bench_ends_with_1_and_names_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    """So that a slower product does not pass unseen."""
    good, bad = Goal(about="good", value=1, most=1), Goal(about="bad", value=2, most=1)
    assert judged([good]) == 0
    assert capsys.readouterr().out == "1 of 1 goals are met\n"
    assert judged([good, bad]) == 1
    assert capsys.readouterr().out == "missed: bad: 2, at most 1\n1 of 2 goals are met\n"


def test_a_ratio_is_taken_round_by_round() -> None:
    """A round that was slow on both sides says as much as a fast one."""
    assert ratios([10, 200, 30], [10, 100, 10]) == Spread.of([1, 2, 3])


def test_a_spread_is_the_median_and_the_quarters_around_it() -> None:
    """One value is its own spread."""
    assert Spread.of([5.0, 1.0, 2.0, 3.0, 4.0]) == (2.0, 3.0, 4.0)
    assert Spread.of([7.0]).show() == "7.0 (7.0 to 7.0)"
