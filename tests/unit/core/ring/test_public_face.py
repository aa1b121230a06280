"""When an issuer that is being deleted has no documents any more."""

from __future__ import annotations

from dataclasses import replace

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from jwx.ring.keyring import Tombstone
from jwx.ring.public_face import fingerprint, vanished, vanishes_at
from tests.unit.core.ring.rings import POLICY, T0, active, key, ring

LONG = POLICY.retention


def test_an_issuer_that_is_not_being_deleted_never_vanishes() -> None:
    """Not even while it has no key: the next one may come at any moment."""
    assert vanishes_at(ring(), T0) is None
    assert not vanished(ring(key("a", revoked_at=T0)), T0 + 10 * LONG)


def test_a_published_key_keeps_the_documents() -> None:
    """A token may need it, or a foreign issuer."""
    leaving = ring(active("a", signing_ended_at=T0, retire_not_before=T0 + 9), deleting_since=T0)
    assert vanishes_at(leaving, T0 + 99) is None
    foreign = ring(key("f", key_arn=None, until=T0 + 9), deleting_since=T0)
    assert not vanished(foreign, T0 + 8)
    assert vanished(foreign, T0 + 9)


def test_they_end_with_the_last_retirement() -> None:
    """An empty JWK Set would say that the issuer still exists."""
    retired = ring(active("a", signing_ended_at=T0, retired_at=T0 + LONG), deleting_since=T0)
    assert vanished(retired, T0 + LONG)


def test_after_a_revocation_an_empty_set_says_so_while_its_tokens_live() -> None:
    """Verifiers take a meant, empty set; to a 404 they would go on with the revoked key."""
    revoked = ring(key("a", revoked_at=T0 + 5), deleting_since=T0)
    assert vanishes_at(revoked, T0 + 5) == T0 + 5 + LONG
    buried = ring(
        deleting_since=T0,
        tombstones=(
            Tombstone(kid="a", algorithm="ES256", at=T0 + 90, revoked_at=T0 + 5),
            Tombstone(kid="old", algorithm="ES256", at=T0 - 90, revoked_at=T0 - 99),
            Tombstone(kid="done", algorithm="ES256", at=T0 + 99),
        ),
    )
    assert [vanished(buried, T0 + 5 + LONG - 1), vanished(buried, T0 + 5 + LONG)] == [False, True]


def test_the_static_copy_is_written_once_more_when_they_end() -> None:
    """And only then the issuer is closed, as the plan says beforehand."""
    stone = Tombstone(kid="a", algorithm="ES256", at=T0, revoked_at=T0)
    empty = ring(deleting_since=T0, tombstones=(stone,))
    told = replace(empty, copied=fingerprint(empty, T0))
    assert [(step.action, step.at) for step in plan(told, T0)] == [(Action.CLOSE, T0 + LONG)]
    assert [step.action for step in plan(told, T0 + LONG)] == [Action.COPY]
    gone = replace(told, copied=fingerprint(told, T0 + LONG))
    assert [step.action for step in plan(gone, T0 + LONG)] == [Action.CLOSE]


def test_an_issuer_without_a_public_life_is_closed_at_once() -> None:
    """No verifier ever saw its keys."""
    assert [s.action for s in plan(ring(served_at=None, deleting_since=T0), T0)] == [Action.CLOSE]
