"""A change of policy never shortens what was promised."""

from __future__ import annotations

from dataclasses import replace

from jwx.ring import issuer_transitions
from jwx.ring.keyring import KeyRing, State
from jwx.ring.policy import RotationPolicy
from tests.unit.core.ring.rings import POLICY, T0, active, key, ring

WAIT = POLICY.origin_timeout + POLICY.propagation


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
