"""What concerns a whole issuer: it is made, gets another policy, is deleted.

Pure functions as in `jwx.ring.transitions`.
"""

from __future__ import annotations

from dataclasses import replace

from jwx.ring import cache_transitions, transitions
from jwx.ring.keyring import KeyRing, SigningKey, State
from jwx.ring.policy import RotationPolicy


def new_ring(issuer: str, policy: RotationPolicy, *, now: int) -> KeyRing:
    """The ring of an issuer that the table does not know.

    That the table does not know it is no proof that it never was: the table may have been restored or lost.
    So KMS is asked first, as for any restored ring, before its first keys count as its first (invariant 2).
    """
    return KeyRing(issuer=issuer, policy=policy, created_at=now, restored=True)


def change_policy(ring: KeyRing, *, policy: RotationPolicy, now: int) -> KeyRing:
    """Put another policy in force. What keys froze can only move later.

    What the CDN holds of the old policy may be fetched by the slow clients of the new one.
    """
    old = ring.policy
    in_clients = max(old.in_clients, policy.in_clients)
    ring = cache_transitions.mistrust_caches(ring, edge_until=now + old.on_edge, in_clients=in_clients)
    ring = cache_transitions.linger(ring, on_edge=old.on_edge, in_clients=old.in_clients)
    ring = replace(ring, policy=policy)
    for key in ring.keys:
        ring = _postpone(ring, key, now)
        if key.until is None and key.algorithm not in policy.algorithms:
            ring = transitions.end_signing(ring, ring.key(key.kid) or key, now)
    return replace(ring, forced=tuple(a for a in ring.forced if a in policy.algorithms))


def begin_deletion(ring: KeyRing, *, now: int) -> KeyRing:
    """Stop all signing for good; what was signed stays verifiable until its keys retire."""
    for key in ring.keys:
        if key.until is None:
            ring = transitions.end_signing(ring, key, now)
    return replace(ring, deleting_since=now, forced=())


def close(ring: KeyRing, *, now: int) -> KeyRing:
    """The last key is gone: only the tombstones stay."""
    return replace(ring, deleted_at=now)


def _postpone(ring: KeyRing, key: SigningKey, now: int) -> KeyRing:
    """Move what a key froze to what the ring's new policy asks for, where that is later."""
    policy = ring.policy
    match key.state(now):
        case State.PENDING if key.confirmed_at is not None and not key.first:
            start = key.activate_not_before or 0
            clear = start if key.edge_clear_at is None else key.edge_clear_at
            return ring.with_key(key.kid, activate_not_before=max(start, clear + policy.in_clients))
        case State.ACTIVE | State.RETIRING if key.promises:
            return transitions.widen_promises(ring, kid=key.kid, promises=policy.promises)
        case _:
            return ring
