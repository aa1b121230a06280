"""The interleavings that the protocol was made for: none of them breaks an invariant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lifecycle import interleavings

pytestmark = pytest.mark.slow  # each is a world of its own

NAMED = (
    interleavings.restored_table,
    interleavings.restored_after_revocation,
    interleavings.restored_and_dropped,
    interleavings.restored_before_a_publication,
    interleavings.lost_issuer,
    interleavings.policy_shortened_after_long_tokens,
    interleavings.caches_shortened_before_a_key_is_seen,
    interleavings.copy_of_an_earlier_policy,
    interleavings.edge_refilled_during_a_revocation,
    interleavings.revocation_while_kms_is_busy,
    interleavings.sweep_beside_a_birth,
    interleavings.slow_maker,
    interleavings.recreated_issuer,
    interleavings.algorithm_added_later,
    interleavings.first_moments,
    interleavings.slow_write_of_a_rotation,
    interleavings.revoked_while_it_is_deleted,
    interleavings.deleted_default_is_not_bootstrapped,
    interleavings.disabled_behind_our_back,
    interleavings.quota_is_used_up,
    interleavings.refused_after_a_lost_answer,
    interleavings.create_key_goes_silent,
    interleavings.late_tag,
    interleavings.slow_old_writer,
    interleavings.copied_and_taken_back,
    interleavings.revoked_after_its_end,
    interleavings.given_up_and_wanted_again,
    interleavings.many_forced_rotations,
    interleavings.concurrent_bootstraps,
    interleavings.revoked_just_after_a_rotation,
)


@pytest.mark.parametrize("course", NAMED, ids=lambda course: course.__name__)
def test_no_invariant_breaks(course: Callable[[], list[str]]) -> None:
    """Whatever the course of events, all invariants hold and nothing is left over."""
    assert course() == []
