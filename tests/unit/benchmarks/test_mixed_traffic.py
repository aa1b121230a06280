"""The load on the authorizer, in short: `make bench` does 50,000."""

from __future__ import annotations

import pytest

from benchmarks.mixed_traffic import mixed_traffic


@pytest.mark.slow
def test_every_decision_is_right_and_fetches_stay_within_their_bounds() -> None:
    """Valid, tampered and expired tokens and random kids, in the shares of the long run."""
    _, goals = mixed_traffic(2_000)
    judged = {goal.about: goal for goal in goals}
    assert judged["decisions that are wrong"].met
    assert judged["key set fetches"].met
