"""What can happen to a ring: each fact is recorded once, and never shortens what was promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jwx.errors import UnknownKey
from jwx.lifecycle import (
    birth_transitions,
    cache_transitions,
    issuer_transitions,
    revocation_transitions,
    transitions,
)
from jwx.lifecycle.keyring import Birth, KeyRing, State, Withdrawal
from jwx.lifecycle.policy import RotationPolicy
from tests.unit.core.lifecycle.rings import POLICY, T0, active, key, ring

JWK = {"kid": "new", "kty": "EC"}
WAIT = POLICY.origin_timeout + POLICY.propagation


def born(**fields: object) -> Birth:
    """A birth that is ready to be published."""
    known = {"operation": "op", "algorithm": "ES256", "started_at": T0, "key_arn": "arn", "jwk": JWK}
    return Birth(**{**known, **fields})  # type: ignore[arg-type]


def test_the_first_public_write_makes_first_keys() -> None:
    """Only that one does."""
    first = birth_transitions.publish(ring(births=(born(),), served_at=None), operations=["op"], now=T0 + 5)
    later = birth_transitions.publish(ring(births=(born(),)), operations=["op"], now=T0 + 5)
    assert (first.keys[0].first, first.served_at) == (True, T0 + 5)
    assert (later.keys[0].first, later.served_at) == (False, T0)


def test_a_birth_that_was_given_up_is_never_published() -> None:
    """Its key is about to be deleted."""
    before = ring(births=(born(given_up=True),))
    assert birth_transitions.publish(before, operations=["op"], now=T0) == before


@pytest.mark.parametrize(
    ("fields", "waits_until"),
    [
        ({}, T0 + 7 + WAIT),
        ({"cache_horizon": T0 + 10 * WAIT}, T0 + 10 * WAIT),
        ({"lingering": 3 * WAIT}, T0 + 7 + 3 * WAIT + POLICY.in_clients),
        ({"edge_horizon": T0 + 9 * WAIT}, T0 + 9 * WAIT + POLICY.in_clients),
    ],
)
def test_a_key_waits_for_every_cache_from_when_it_was_seen(fields: dict[str, int], waits_until: int) -> None:
    """For those filled under earlier policies too."""
    after = cache_transitions.confirm(ring(key("k"), **fields), seen=["k"], now=T0 + 7)
    assert after.keys[0].activate_not_before == waits_until


def test_a_first_key_waits_for_nobody() -> None:
    """No cache can hold an older set."""
    after = cache_transitions.confirm(ring(key("k", first=True)), seen=["k"], now=T0 + 7)
    assert after.keys[0].activate_not_before == T0 + 7


def test_a_key_that_was_not_seen_goes_on_waiting() -> None:
    """The proof of publication is what the URL shows."""
    before = ring(key("k"))
    assert cache_transitions.confirm(before, seen=["other"], now=T0) == before


def test_a_successor_begins_and_its_predecessor_ends_in_one_write() -> None:
    """Never two signers, never none; the end is frozen only after the write."""
    after = transitions.activate(ring(active("a"), key("b", activate_not_before=T0)), kid="b", now=T0 + 9)
    a, b = after.keys
    assert (a.signing_ended_at, a.retire_not_before, b.activated_at, b.forced) == (
        T0 + 9,
        None,
        T0 + 9,
        False,
    )


def test_an_early_activation_is_told_apart_and_uses_up_its_order() -> None:
    """Invariant 2 has one exception, and it shows."""
    before = transitions.order_activation(ring(key("b", activate_not_before=T0 + 99)), algorithm="ES256")
    after = transitions.activate(before, kid="b", now=T0)
    assert (after.keys[0].forced, after.forced) == (True, ())


def test_the_end_counts_from_after_the_write_and_is_frozen_once() -> None:
    """Settling twice changes nothing."""
    ended = ring(active("a", signing_ended_at=T0))
    once = transitions.settle(ended, kid="a", now=T0 + 50)
    assert once.keys[0].retire_not_before == T0 + 50 + POLICY.retention
    assert transitions.settle(once, kid="a", now=T0 + 99) == once


def policies(before: KeyRing, **fields: int) -> KeyRing:
    """The ring after a change of its policy."""
    return issuer_transitions.change_policy(before, policy=replace(POLICY, **fields), now=T0 + 100)  # type: ignore[arg-type]


def test_a_shorter_policy_moves_nothing_earlier() -> None:
    """Neither a turn nor an end."""
    clear = {"edge_clear_at": T0 + POLICY.on_edge, "activate_not_before": T0 + WAIT}
    before = ring(
        key("p", confirmed_at=T0, **clear),
        active("a"),
        active("r", signing_ended_at=T0, retire_not_before=T0 + POLICY.retention),
    )
    after = policies(before, max_token_lifetime=1, client_cache=300, stale_if_error=0)
    p, a, r = after.keys
    assert a.promises is not None
    assert (p.activate_not_before, a.promises.retention) == (T0 + WAIT, POLICY.retention)
    assert r.retire_not_before == T0 + POLICY.retention
    assert after.cache_horizon == T0 + 100 + WAIT


def test_a_longer_policy_moves_turns_and_ends_later() -> None:
    """By what it adds."""
    clear = {"edge_clear_at": T0 + POLICY.on_edge, "activate_not_before": T0 + WAIT}
    before = ring(
        key("p", confirmed_at=T0, **clear),
        active("a"),
        active("r", signing_ended_at=T0, retire_not_before=T0 + POLICY.retention),
    )
    p, a, r = policies(before, verifier_leeway=70, client_cache=POLICY.client_cache + 5).keys
    assert p.activate_not_before == T0 + WAIT + 5
    assert a.promises is not None
    assert a.promises.retention == POLICY.retention + 10
    assert r.retire_not_before == T0 + POLICY.retention + 10


def test_a_ready_key_stays_ready_when_the_policy_comes_and_goes() -> None:
    """Its turn is a moment that all caches have passed, and no sum of changes."""
    clear = {"edge_clear_at": T0 + POLICY.on_edge, "activate_not_before": T0 + WAIT}
    after = ring(key("p", confirmed_at=T0, **clear))
    for more in (5, 0, 5, 0):
        after = policies(after, client_cache=POLICY.client_cache + more, s_maxage=POLICY.s_maxage + more)
    assert after.keys[0].activate_not_before == T0 + WAIT + 5


def test_slow_clients_of_a_new_policy_meet_what_the_cdn_holds_of_the_old_one() -> None:
    """What two policies promised to caches adds up, also when a third comes between."""
    first = policies(ring(), stale_if_error=0, client_cache=POLICY.max_age)
    second = issuer_transitions.change_policy(
        first, policy=replace(POLICY, client_cache=9 * WAIT), now=T0 + 200
    )
    assert first.edge_horizon == second.edge_horizon == T0 + 100 + POLICY.on_edge
    assert second.cache_horizon == second.edge_horizon + second.policy.in_clients


def test_a_dropped_algorithm_retires_like_any_other() -> None:
    """A key that never signed may leave at once."""
    other = RotationPolicy(algorithms=("EdDSA",))
    after = issuer_transitions.change_policy(ring(active("a"), key("p")), policy=other, now=T0 + 1)
    assert [k.state(T0 + 1) for k in after.keys] == [State.RETIRING, State.RETIRING]
    assert [k.retire_not_before for k in after.keys] == [None, T0 + 1]


def test_caches_count_from_when_the_copy_of_an_earlier_policy_was_replaced() -> None:
    """Until then it was served as the earlier policy had it."""
    after = cache_transitions.copied(ring(lingering=500), fingerprint="f", now=T0 + 9)
    assert (after.copied, after.edge_horizon, after.lingering) == ("f", T0 + 509, None)
    assert after.cache_horizon == T0 + 509 + POLICY.in_clients


def test_the_first_copy_without_a_revoked_key_empties_the_cdn_again() -> None:
    """The second one does not."""
    due = Withdrawal(kid="k", invalidated_at=T0, invalidated_again_at=T0)
    once = cache_transitions.copied(ring(withdrawals=(due,)), fingerprint="f", now=T0 + 9)
    assert once.withdrawals == (Withdrawal(kid="k", copied_at=T0 + 9),)
    invalidated = revocation_transitions.withdrawn(once, kid="k", invalidated_at=T0 + 10)
    assert (
        cache_transitions.copied(invalidated, fingerprint="g", now=T0 + 11).withdrawals[0].invalidated_at
        == T0 + 10
    )


def test_a_revocation_promotes_a_ready_standby_in_the_same_write() -> None:
    """Revoking twice changes nothing."""
    once = revocation_transitions.revoke(
        ring(active("a"), key("b", activate_not_before=T0)), kid="a", reason="leaked", now=T0 + 1
    )
    assert [k.state(T0 + 1) for k in once.keys] == [State.REVOKED, State.ACTIVE]
    assert revocation_transitions.revoke(once, kid="a", reason=None, now=T0 + 2) == once


def test_a_revocation_without_ready_standby_stops_signing() -> None:
    """A key that caches may not hold must not sign unasked."""
    after = revocation_transitions.revoke(
        ring(active("a"), key("b", activate_not_before=T0 + 99)), kid="a", reason=None, now=T0 + 1
    )
    assert after.active("ES256") is None


def test_revoking_an_unknown_key_is_refused() -> None:
    """A typed error."""
    with pytest.raises(UnknownKey, match="nobody"):
        revocation_transitions.revoke(ring(), kid="nobody", reason=None, now=T0)


def test_only_revoked_keys_are_remembered_for_ever() -> None:
    """The tombstone of a deleted one goes when no backup of the table can hold it any more."""
    before = transitions.entomb(
        transitions.entomb(ring(active("r", revoked_at=T0), active("d")), kid="r", now=T0), kid="d", now=T0
    )
    late = T0 + transitions.REMEMBERED
    after = transitions.entomb(replace(before, keys=(active("x"),)), kid="x", now=late)
    assert [stone.kid for stone in after.tombstones] == ["r", "x"]


def test_an_unusable_pending_key_leaves_and_an_unusable_active_one_hands_over() -> None:
    """What the active one signed stays verifiable."""
    before = ring(active("a"), key("b", activate_not_before=T0))
    pending = transitions.found_unusable(before, kid="b", now=T0 + 1)
    assert pending.keys[1].state(T0 + 1) is State.RETIRING
    handed = transitions.found_unusable(before, kid="a", now=T0 + 1)
    assert [k.state(T0 + 1) for k in handed.keys] == [State.RETIRING, State.ACTIVE]
