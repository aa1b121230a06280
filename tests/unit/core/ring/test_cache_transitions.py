"""How long a key waits for the caches, and from when."""

from __future__ import annotations

import pytest

from jwx.ring import cache_transitions, revocation_transitions
from jwx.ring.keyring import Withdrawal
from tests.unit.core.ring.rings import POLICY, T0, key, ring

WAIT = POLICY.origin_timeout + POLICY.propagation


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


def test_caches_count_from_when_the_copy_of_an_earlier_policy_was_replaced() -> None:
    """Until then it was served as the earlier policy had it."""
    after = cache_transitions.copied(ring(lingering=500), fingerprint="f", now=T0 + 9)
    assert (after.copied, after.edge_horizon, after.lingering) == ("f", T0 + 509, None)
    assert after.cache_horizon == T0 + 509 + POLICY.in_clients


def test_clients_may_keep_what_the_copy_of_an_earlier_policy_told_them() -> None:
    """Its Cache-Control is the earlier policy's, also where the one in force promises less."""
    slow = POLICY.in_clients + 1000
    after = cache_transitions.copied(
        ring(lingering=500, lingering_in_clients=slow), fingerprint="f", now=T0 + 9
    )
    assert (after.cache_horizon, after.lingering_in_clients) == (T0 + 509 + slow, None)
    seen = cache_transitions.confirm(
        ring(key("k"), lingering=0, lingering_in_clients=slow), seen=["k"], now=T0
    )
    assert seen.keys[0].activate_not_before == T0 + POLICY.on_edge + slow


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
