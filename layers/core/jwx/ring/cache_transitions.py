"""What is known of the caches: who may hold which JWK Set, and for how long a key has to wait for them.

Pure functions as in `jwx.ring.transitions`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from jwx.ring.keyring import KeyRing, State


def confirm(ring: KeyRing, *, seen: Collection[str], now: int) -> KeyRing:
    """Start the waiting time of pending keys that the public URL was seen to serve.

    Invariant 2. A key of the first public write waits for nobody: no cache can hold an older set. For any
    other an answer without it may still be under way to the CDN, which then counts from its arrival.
    """
    policy = ring.policy
    clear = max(now + max(policy.on_edge, ring.lingering or 0), ring.edge_horizon)
    ready_at = max(clear + max(policy.in_clients, ring.lingering_in_clients or 0), ring.cache_horizon)
    waiting = unconfirmed(ring, now)
    for key in ring.keys:
        if key.kid in waiting and key.kid in seen:
            clear_at, start = (now, now) if key.first else (clear, ready_at)
            ring = ring.with_key(key.kid, confirmed_at=now, edge_clear_at=clear_at, activate_not_before=start)
    return ring


def unconfirmed(ring: KeyRing, now: int) -> set[str]:
    """Kids of the keys that wait for the public URL to show them.

    One that was forced to sign, or left before, waits for nothing any more: no look at the URL changes it.
    """
    return {k.kid for k in ring.keys if k.state(now) is State.PENDING and k.confirmed_at is None}


def copied(ring: KeyRing, *, fingerprint: str, now: int) -> KeyRing:
    """Record what the static copy holds.

    Up to now it may have been served as an earlier policy had it, and it may have held revoked keys: caches
    count from here, and open revocations empty the CDN once more.
    """
    if ring.lingering is not None:
        in_clients = max(ring.policy.in_clients, ring.lingering_in_clients or 0)
        ring = mistrust_caches(ring, edge_until=now + ring.lingering, in_clients=in_clients)
    withdrawals = tuple(
        w
        if w.copied_at is not None
        else replace(w, copied_at=now, invalidated_at=None, invalidated_again_at=None)
        for w in ring.withdrawals
    )
    return replace(
        ring, copied=fingerprint, lingering=None, lingering_in_clients=None, withdrawals=withdrawals
    )


def linger(ring: KeyRing, *, on_edge: int, in_clients: int) -> KeyRing:
    """Let caches be filled by an earlier policy, and keep what they got, until the copy is replaced.

    When that is seen, the write that ended the policy is long done, however slow it was.
    """
    return replace(
        ring,
        lingering=max(ring.lingering or 0, on_edge),
        lingering_in_clients=max(ring.lingering_in_clients or 0, in_clients),
    )


def mistrust_caches(ring: KeyRing, *, edge_until: int, in_clients: int) -> KeyRing:
    """Let the CDN hold answers of an earlier policy until `edge_until`, and clients for so much longer."""
    edge = max(ring.edge_horizon, edge_until)
    return replace(ring, edge_horizon=edge, cache_horizon=max(ring.cache_horizon, edge + in_clients))
