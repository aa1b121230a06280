"""The rotation policy: its two sums, its bounds, and what two promises together promise."""

from __future__ import annotations

import pytest

from jwx.errors import InvalidPolicy
from jwx.ring.policy import RotationPolicy


def test_propagation_adds_up_every_cache_and_both_clocks() -> None:
    """The sum in docs/lifecycle.md, with the defaults."""
    assert RotationPolicy().propagation == 60 + 60 + 86400 + 12 * 3600 + 2 * 30


def test_retention_adds_up_what_a_token_may_outlive() -> None:
    """The sum in docs/lifecycle.md, with the defaults."""
    assert RotationPolicy().retention == 3600 + 60 + 60 + 4 * 30


def test_what_caches_may_hold_is_what_the_edge_and_then_a_client_may() -> None:
    """An answer under way reaches the CDN first."""
    policy = RotationPolicy()
    assert policy.on_edge + policy.in_clients == policy.origin_timeout + policy.propagation


def test_a_policy_survives_json() -> None:
    """What `to_json` tells is what `parse` reads."""
    policy = RotationPolicy.parse({"algorithms": ["EdDSA"], "grace": 5})
    assert RotationPolicy.parse(policy.to_json()) == policy


def test_fields_left_out_come_from_the_base() -> None:
    """An update names only what it changes."""
    base = RotationPolicy(grace=5)
    assert RotationPolicy.parse({"max_age": 10}, base=base).grace == 5


def test_a_period_in_which_no_successor_gets_ready_is_refused_with_both_numbers() -> None:
    """One second above the sum of propagation and origin_timeout is enough."""
    least = RotationPolicy().propagation + RotationPolicy().origin_timeout
    with pytest.raises(InvalidPolicy, match=rf"rotation_period: {least} s must be above"):
        RotationPolicy.parse({"rotation_period": least})
    assert RotationPolicy.parse({"rotation_period": least + 1}).rotation_period == least + 1


@pytest.mark.parametrize("given", [None, [], "fast", 1])
def test_a_policy_is_an_object(given: object) -> None:
    """Nothing else is guessed at."""
    with pytest.raises(InvalidPolicy, match="an object is needed"):
        RotationPolicy.parse(given)


@pytest.mark.parametrize(
    "given",
    [{"x" * 10_000: 1}, {"max_age": "x" * 10_000}, {"algorithms": ["x" * 10_000]}, {"key_ops": [0] * 9999}],
)
def test_a_refusal_does_not_repeat_all_that_was_given(given: dict[str, object]) -> None:
    """A request may have megabytes, and its refusal is an answer and a line in the caller's log."""
    with pytest.raises(InvalidPolicy) as refused:
        RotationPolicy.parse(given)
    assert len(str(refused.value)) < 500
