"""What can happen to a published key: pure functions from ring to ring, `now` in epoch seconds.

Each is one conditional write. They record facts; whether the time has come is decided by `rotation.plan`.
A function whose fact is recorded already answers the ring unchanged, so that a repeat is harmless.
"""

from __future__ import annotations

from dataclasses import replace

from jwx.ring.keyring import KeyRing, SigningKey, State, Tombstone
from jwx.ring.promises import Promises

REMEMBERED = 90 * 86400
"""Seconds that a key is remembered after its end: KMS has erased it and no backup of the table holds it."""


def activate(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Let a pending key sign and its predecessor stop, in one write: never two signers, never none."""
    key = ring.key(kid)
    if key is None or key.state(now) is not State.PENDING:
        return ring
    predecessor = ring.active(key.algorithm)
    if predecessor:
        ring = end_signing(ring, predecessor, now)
    early = key.activate_not_before is None or now < key.activate_not_before
    promises = key.promises.widen(ring.policy.promises) if key.promises else ring.policy.promises
    ring = ring.with_key(kid, activated_at=now, promises=promises, forced=early)
    return replace(ring, forced=tuple(a for a in ring.forced if a != key.algorithm))


def order_activation(ring: KeyRing, *, algorithm: str) -> KeyRing:
    """Record that the next key of `algorithm` shall sign at once, ready or not (`force`)."""
    return ring if algorithm in ring.forced else replace(ring, forced=(*ring.forced, algorithm))


def found_unusable(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """KMS refuses a key that ought to sign now or next: replace it; what it signed stays verifiable."""
    key = ring.key(kid)
    if key is None or key.unusable:
        return ring
    ring = ring.with_key(kid, unusable=True)
    if key.state(now) is State.PENDING:
        return end_signing(ring, key, now)
    standby = ring.standby(key.algorithm)
    return activate(ring, kid=standby.kid, now=now) if standby and ready(standby, now) else ring


def settle(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Freeze the end of a key that stopped to sign, at a time after the write that stopped it (invariant 1).

    A write may take long, and until it is done signers read that the key signs. So the time at which it was
    decided says nothing; only who reads the ring afterwards knows a time that is not too early.
    """
    key = ring.key(kid)
    if key is None or key.state(now) is not State.RETIRING or key.retire_not_before is not None:
        return ring
    return ring.with_key(kid, retire_not_before=now + (key.promises.retention if key.promises else 0))


def retire(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Take a key out of the JWK Set."""
    key = ring.key(kid)
    return ring.with_key(kid, retired_at=now) if key and key.state(now) is State.RETIRING else ring


def disabled(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Record that KMS no longer signs with the key."""
    return ring.with_key(kid, disabled_at=now)


def entomb(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Forget a key whose deletion KMS has scheduled; keep what must be remembered of it."""
    key = ring.key(kid)
    if key is None:
        return ring
    stone = Tombstone(kid=kid, algorithm=key.algorithm, at=now, revoked_at=key.revoked_at)
    keys = tuple(k for k in ring.keys if k.kid != kid)
    kept = (t for t in ring.tombstones if t.revoked_at is not None or now < t.at + REMEMBERED)
    return replace(ring, keys=keys, tombstones=(*kept, stone))


def expire(ring: KeyRing, *, kid: str) -> KeyRing:
    """Forget an imported key whose time is over."""
    return replace(ring, keys=tuple(k for k in ring.keys if k.kid != kid))


def ready(key: SigningKey, now: int) -> bool:
    """May the pending key sign: was it published long enough for every cache?"""
    return key.activate_not_before is not None and now >= key.activate_not_before


def widen_promises(ring: KeyRing, *, kid: str, promises: Promises) -> KeyRing:
    """Let a key keep these promises too; an end that is frozen moves by what they add."""
    key = ring.key(kid)
    if key is None:
        return ring
    known = key.promises or promises
    wider = known.widen(promises)
    end, longer = key.retire_not_before, wider.retention - known.retention
    return ring.with_key(kid, promises=wider, retire_not_before=None if end is None else end + longer)


def end_signing(ring: KeyRing, key: SigningKey, now: int) -> KeyRing:
    """Its end is frozen by `settle`, once this is written; a key that never signed may leave at once."""
    if key.signing_ended_at is not None or key.revoked_at is not None:
        return ring
    unused = now if key.promises is None else None
    return ring.with_key(key.kid, signing_ended_at=now, retire_not_before=unused)
