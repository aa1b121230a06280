"""Whatever a policy was, is or will be, and whatever becomes of the table: what was promised is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lifecycle import lasting_promises as course
from tests.lifecycle import lasting_promises_mutants as mutants
from tests.lifecycle.mutation import Change, mutated

pytestmark = pytest.mark.slow  # each is a world of its own

COURSES = (
    course.slow_clients_fetch_what_the_edge_held,
    course.slower_clients_while_a_key_waits,
    course.slow_write_of_a_policy,
    course.longer_tokens_and_back,
    course.longer_caches_and_back,
    course.longer_caches_in_the_copy_and_back,
    course.lost_issuer_with_longer_tokens,
    course.revoked_and_lost_at_once,
    course.recreated_after_the_backup,
)

CAUGHT_BY: dict[Callable[[], list[Change]], Callable[[], list[str]]] = {
    mutants.clients_of_the_edge_forgotten: course.slow_clients_fetch_what_the_edge_held,
    mutants.waiting_keys_forget_the_edge: course.slower_clients_while_a_key_waits,
    mutants.promises_are_not_noted: course.longer_tokens_and_back,
    mutants.notes_are_not_read: course.lost_issuer_with_longer_tokens,
    mutants.marks_come_after: course.revoked_and_lost_at_once,
    mutants.deleted_rings_are_believed: course.recreated_after_the_backup,
}


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.__name__)
def test_no_invariant_breaks(course: Callable[[], list[str]]) -> None:
    """Also for what an old policy left in caches and in the hands of callers."""
    assert course() == []


@pytest.mark.parametrize("mutant", CAUGHT_BY, ids=lambda mutant: mutant.__name__)
def test_a_missing_rule_is_noticed(mutant: Callable[[], list[Change]]) -> None:
    """The same course of events breaks an invariant without it."""
    with mutated(*mutant()):
        assert CAUGHT_BY[mutant]() != []
