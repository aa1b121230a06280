"""The interleavings that the protocol was made for: none of them breaks an invariant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lifecycle import birth_courses, cache_courses, revocation_courses, table_courses

pytestmark = pytest.mark.slow  # each is a world of its own

NAMED = (
    table_courses.restored_table,
    table_courses.restored_after_revocation,
    table_courses.restored_and_dropped,
    table_courses.restored_before_a_publication,
    table_courses.lost_issuer,
    cache_courses.policy_shortened_after_long_tokens,
    cache_courses.caches_shortened_before_a_key_is_seen,
    cache_courses.copy_of_an_earlier_policy,
    revocation_courses.edge_refilled_during_a_revocation,
    revocation_courses.revocation_while_kms_is_busy,
    birth_courses.sweep_beside_a_birth,
    birth_courses.slow_maker,
    cache_courses.recreated_issuer,
    cache_courses.forced_before_it_was_seen,
    cache_courses.another_bucket,
    cache_courses.algorithm_added_later,
    cache_courses.first_moments,
    cache_courses.slow_write_of_a_rotation,
    revocation_courses.revoked_while_it_is_deleted,
    revocation_courses.deleted_default_is_not_bootstrapped,
    birth_courses.disabled_behind_our_back,
    birth_courses.quota_is_used_up,
    birth_courses.refused_after_a_lost_answer,
    birth_courses.create_key_goes_silent,
    table_courses.late_tag,
    cache_courses.slow_old_writer,
    revocation_courses.copied_and_taken_back,
    revocation_courses.revoked_after_its_end,
    birth_courses.given_up_and_wanted_again,
    birth_courses.many_forced_rotations,
    birth_courses.concurrent_bootstraps,
    revocation_courses.revoked_just_after_a_rotation,
)


@pytest.mark.parametrize("course", NAMED, ids=lambda course: course.__name__)
def test_no_invariant_breaks(course: Callable[[], list[str]]) -> None:
    """Whatever the course of events, all invariants hold and nothing is left over."""
    assert course() == []
