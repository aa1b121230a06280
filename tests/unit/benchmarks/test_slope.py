"""Growth that is worse than promised must show."""

from __future__ import annotations

import pytest

from benchmarks.slope import CONSTANT, LINEAR, NOISE, slope

SIZES = (1, 100, 10_000)


@pytest.mark.parametrize(
    ("costs", "expected"),
    [((5, 5, 5), 0), ((5, 500, 50_000), 1), ((5, 50_000, 500_000_000), 2)],
    ids=["constant", "linear", "quadratic"],
)
def test_a_slope_is_the_power_of_growth(costs: tuple[float, ...], expected: float) -> None:
    """0, 1 and 2."""
    assert slope(SIZES, costs) == pytest.approx(expected)


def test_what_begins_to_grow_late_shows() -> None:
    """A quadratic part behind a constant one would look linear from end to end."""
    costs = [100_000 + size**2 for size in SIZES]
    assert slope(SIZES, costs) > LINEAR + NOISE


def test_a_constant_part_hides_no_linear_one_from_a_lookup() -> None:
    """A lookup must be constant: a linear search among many is seen, though its start is flat."""
    costs = [1_000 + size for size in SIZES]
    assert slope(SIZES, costs) > CONSTANT + NOISE
