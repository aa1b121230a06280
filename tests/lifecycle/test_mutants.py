"""Each rule of the protocol is needed: without it, a course of events breaks an invariant, and we notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lifecycle import (
    birth_courses,
    birth_mutants,
    cache_courses,
    record_mutants,
    revocation_courses,
    table_courses,
    waiting_mutants,
)
from tests.lifecycle.mutation import Change, mutated

pytestmark = pytest.mark.slow  # each is a world of its own

CAUGHT_BY: dict[Callable[[], list[Change]], Callable[[], list[str]]] = {
    waiting_mutants.no_propagation_wait: cache_courses.algorithm_added_later,
    waiting_mutants.no_retention: cache_courses.policy_shortened_after_long_tokens,
    birth_mutants.no_standby: table_courses.restored_table,
    record_mutants.no_version_condition: birth_courses.concurrent_bootstraps,
    birth_mutants.no_intent: birth_courses.concurrent_bootstraps,
    birth_mutants.no_published_mark: table_courses.late_tag,
    record_mutants.no_revoked_mark: table_courses.restored_after_revocation,
    record_mutants.no_copy_intent: revocation_courses.copied_and_taken_back,
    record_mutants.no_copy_fence: cache_courses.slow_old_writer,
    record_mutants.no_copy_before_confirming: cache_courses.copy_of_an_earlier_policy,
    record_mutants.no_second_invalidation: revocation_courses.edge_refilled_during_a_revocation,
    record_mutants.no_recovery: table_courses.restored_after_revocation,
    waiting_mutants.no_cache_horizon: cache_courses.caches_shortened_before_a_key_is_seen,
    waiting_mutants.no_lingering_copy: cache_courses.copy_of_an_earlier_policy,
    waiting_mutants.no_frozen_promises: cache_courses.policy_shortened_after_long_tokens,
    waiting_mutants.first_keys_always: cache_courses.algorithm_added_later,
    waiting_mutants.signer_cache_forgotten: cache_courses.first_moments,
    waiting_mutants.clock_skew_forgotten: cache_courses.first_moments,
    waiting_mutants.client_cache_forgotten: cache_courses.algorithm_added_later,
    waiting_mutants.answers_under_way_forgotten: cache_courses.first_moments,
    waiting_mutants.ends_when_decided: cache_courses.slow_write_of_a_rotation,
    waiting_mutants.stale_signers: table_courses.restored_table,
    waiting_mutants.predecessor_goes_on: table_courses.restored_table,
    birth_mutants.sweep_asks_no_ring: birth_courses.sweep_beside_a_birth,
    birth_mutants.no_sweep: birth_courses.slow_maker,
    birth_mutants.deletion_without_word: birth_courses.given_up_and_wanted_again,
    record_mutants.new_rings_are_trusted: table_courses.lost_issuer,
    waiting_mutants.recreated_at_once: cache_courses.recreated_issuer,
    birth_mutants.unbounded: birth_courses.many_forced_rotations,
}


@pytest.mark.parametrize("mutant", CAUGHT_BY, ids=lambda mutant: mutant.__name__)
def test_a_missing_rule_is_noticed(mutant: Callable[[], list[Change]]) -> None:
    """The same course of events that breaks nothing (see the named interleavings) breaks without the rule."""
    with mutated(*mutant()):
        assert CAUGHT_BY[mutant]() != []
