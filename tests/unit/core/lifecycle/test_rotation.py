"""The plan: what is due, in which order, and what is only to come."""

from __future__ import annotations

from dataclasses import replace

from jwx.lifecycle.births import BIRTH_LEASE, PROOF_LEASE
from jwx.lifecycle.keyring import Birth, KeyRing, Withdrawal
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS
from jwx.lifecycle.public_face import fingerprint
from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from tests.unit.core.lifecycle.rings import POLICY, T0, active, key, ring


def settled(before: KeyRing, now: int = T0) -> KeyRing:
    """The ring, its static copy up to date."""
    return replace(before, copied=fingerprint(before, now))


def due(before: KeyRing, now: int = T0) -> list[Action]:
    """Actions that are due."""
    return [step.action for step in plan(before, now) if step.at <= now]


def test_a_ring_in_order_has_nothing_due_and_tells_what_comes() -> None:
    """The standby takes over when the rotation period is over."""
    whole = settled(ring(active("a"), key("b", confirmed_at=T0, activate_not_before=T0)))
    assert due(whole) == []
    first = plan(whole, T0)[0]
    assert (first.action, first.kid, first.at) == (Action.ACTIVATE, "b", T0 + POLICY.rotation_period)


def test_a_restored_ring_is_checked_before_anything_else() -> None:
    """Whatever else it asks for."""
    assert due(ring(active("a"), restored=True, copied=None)) == [Action.RECOVER]


def test_a_new_ring_begins_with_an_active_key_and_a_standby() -> None:
    """Once it is in public, one standby is enough."""
    assert due(ring(served_at=None)) == [Action.CREATE, Action.CREATE]
    assert due(settled(ring(active("a")))) == [Action.CREATE]


def test_a_full_set_gets_no_more_keys() -> None:
    """Invariant 7."""
    many = (key(f"k{n}", until=T0 + 99) for n in range(MAX_PUBLISHED_KEYS - 1))
    assert Action.CREATE not in due(settled(ring(active("a"), *many)))


def test_a_revocation_comes_in_the_order_of_urgency() -> None:
    """The mark and KMS first, then the copy, then the CDN; births after."""
    revoked = ring(active("a", revoked_at=T0), withdrawals=(Withdrawal(kid="a"),))
    wanted = [Action.TAG_REVOKED, Action.DISABLE_REVOKED, Action.COPY, Action.INVALIDATE, Action.CREATE]
    assert due(revoked) == wanted


def test_a_revocation_is_closed_only_when_all_its_effects_are_done() -> None:
    """And by nobody's clock an old answer can be under way."""
    gone = Withdrawal(kid="a", copied_at=T0, invalidated_at=T0, invalidated_again_at=T0, tagged_at=T0)
    before = settled(ring(active("a", revoked_at=T0), withdrawals=(gone,)))
    assert Action.CONFIRM_ABSENCE not in {s.action for s in plan(before, T0)}
    done = replace(before, withdrawals=(replace(gone, disabled_at=T0),))
    last = next(s for s in plan(done, T0) if s.action is Action.CONFIRM_ABSENCE)
    assert last.at == T0 + POLICY.origin_timeout + 2 * POLICY.clock_skew


def test_a_silent_maker_and_a_key_that_proves_nothing_are_given_up() -> None:
    """After their leases, not before."""
    silent = Birth(operation="s", algorithm="ES256", started_at=T0)
    unproved = replace(silent, operation="u", key_arn="arn")
    assert Action.ABANDON not in due(settled(ring(births=(silent,))), T0 + BIRTH_LEASE - 1)
    assert Action.ABANDON in due(settled(ring(births=(silent,))), T0 + BIRTH_LEASE)
    assert Action.PROVE in due(settled(ring(births=(unproved,))), T0 + PROOF_LEASE - 1)
    assert Action.ABANDON in due(settled(ring(births=(unproved,))), T0 + PROOF_LEASE)


def test_a_birth_that_was_given_up_makes_room_for_another() -> None:
    """It is neither proved nor published."""
    birth = Birth(operation="o", algorithm="ES256", started_at=T0, key_arn="arn", jwk={}, given_up=True)
    assert due(settled(ring(active("a"), births=(birth,)))) == [Action.ABANDON, Action.CREATE]


def test_a_key_is_looked_for_only_once_the_copy_has_it() -> None:
    """Else the fail-over origin might still answer without it."""
    waiting = ring(active("a"), key("b"))
    assert Action.CONFIRM not in due(waiting)
    assert Action.CONFIRM in due(settled(waiting))


def test_an_end_is_settled_before_anything_retires() -> None:
    """Only then is it known when the key may leave."""
    before = settled(ring(active("a", signing_ended_at=T0), active("b")))
    assert Action.SETTLE in due(before)
    assert Action.RETIRE not in {step.action for step in plan(before, T0)}


def test_an_issuer_is_closed_only_when_its_copy_is_gone() -> None:
    """Else a later issuer of its name would begin with its JWK Set in a cache."""
    assert due(ring(deleting_since=T0)) == [Action.COPY]
    assert due(settled(ring(deleting_since=T0))) == [Action.CLOSE]
    assert plan(ring(deleting_since=T0, deleted_at=T0), T0) == []


def test_a_revoked_foreign_key_is_buried_not_forgotten() -> None:
    """Also in an issuer that is being deleted."""
    before = settled(ring(key("f", key_arn=None, until=T0 + 9, revoked_at=T0), deleting_since=T0))
    assert due(before) == [Action.DELETE]
