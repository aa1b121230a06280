"""Each rule of the protocol is needed: without it, a course of events breaks an invariant, and we notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lifecycle import interleavings as course
from tests.lifecycle import mutants
from tests.lifecycle.mutants import Change, mutated

pytestmark = pytest.mark.slow  # each is a world of its own

CAUGHT_BY: dict[Callable[[], list[Change]], Callable[[], list[str]]] = {
    mutants.no_propagation_wait: course.algorithm_added_later,
    mutants.no_retention: course.policy_shortened_after_long_tokens,
    mutants.no_standby: course.restored_table,
    mutants.no_version_condition: course.concurrent_bootstraps,
    mutants.no_intent: course.concurrent_bootstraps,
    mutants.no_published_mark: course.late_tag,
    mutants.no_revoked_mark: course.restored_after_revocation,
    mutants.no_copy_intent: course.copied_and_taken_back,
    mutants.no_copy_fence: course.slow_old_writer,
    mutants.no_copy_before_confirming: course.copy_of_an_earlier_policy,
    mutants.no_second_invalidation: course.edge_refilled_during_a_revocation,
    mutants.no_recovery: course.restored_after_revocation,
    mutants.no_cache_horizon: course.caches_shortened_before_a_key_is_seen,
    mutants.no_lingering_copy: course.copy_of_an_earlier_policy,
    mutants.no_frozen_promises: course.policy_shortened_after_long_tokens,
    mutants.first_keys_always: course.algorithm_added_later,
    mutants.signer_cache_forgotten: course.first_moments,
    mutants.clock_skew_forgotten: course.first_moments,
    mutants.client_cache_forgotten: course.algorithm_added_later,
    mutants.answers_under_way_forgotten: course.first_moments,
    mutants.ends_when_decided: course.slow_write_of_a_rotation,
    mutants.stale_signers: course.restored_table,
    mutants.predecessor_goes_on: course.restored_table,
    mutants.sweep_asks_no_ring: course.sweep_beside_a_birth,
    mutants.no_sweep: course.slow_maker,
    mutants.deletion_without_word: course.given_up_and_wanted_again,
    mutants.new_rings_are_trusted: course.lost_issuer,
    mutants.recreated_at_once: course.recreated_issuer,
    mutants.unbounded: course.many_forced_rotations,
}


@pytest.mark.parametrize("mutant", mutants.SIMULATED, ids=lambda mutant: mutant.__name__)
def test_a_missing_rule_is_noticed(mutant: Callable[[], list[Change]]) -> None:
    """The same course of events that breaks nothing (see the named interleavings) breaks without the rule."""
    with mutated(*mutant()):
        assert CAUGHT_BY[mutant]() != []
