"""What can happen to a key ring: pure functions from ring to ring, `now` in epoch seconds.

Each is one conditional write. They record facts; whether the time has come is decided by `rotation.plan`.
A function whose fact is recorded already answers the ring unchanged, so that a repeat is harmless.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from jwx.errors import UnknownKey
from jwx.lifecycle.keyring import Birth, KeyRing, SigningKey, State, Tombstone, Withdrawal
from jwx.lifecycle.policy import RotationPolicy
from jwx.lifecycle.promises import Promises

REMEMBERED = 90 * 86400
"""Seconds that a key is remembered after its end: KMS has erased it and no backup of the table holds it."""


def new_ring(issuer: str, policy: RotationPolicy, *, now: int) -> KeyRing:
    """The ring of an issuer that the table does not know.

    That the table does not know it is no proof that it never was: the table may have been restored or lost.
    So KMS is asked first, as for any restored ring, before its first keys count as its first (invariant 2).
    """
    return KeyRing(issuer=issuer, policy=policy, created_at=now, restored=True)


def begin_birth(ring: KeyRing, *, operation: str, algorithm: str, now: int) -> KeyRing:
    """Record the intent to make a key, before KMS is asked: CreateKey has no idempotency of its own."""
    return replace(
        ring, births=(*ring.births, Birth(operation=operation, algorithm=algorithm, started_at=now))
    )


def attach(ring: KeyRing, *, operation: str, key_arn: str) -> KeyRing:
    """Record which KMS key an open birth made."""
    return _with_birth(ring, operation, key_arn=key_arn)


def prove(ring: KeyRing, *, operation: str, jwk: Mapping[str, str]) -> KeyRing:
    """Record that the signer signed with the key what `jwk` verifies."""
    return _with_birth(ring, operation, jwk=jwk)


def give_up(ring: KeyRing, *, operation: str) -> KeyRing:
    """Record that the key of a birth is to be deleted; from now on it can be neither proved nor published."""
    return _with_birth(ring, operation, given_up=True)


def abandon(ring: KeyRing, *, operation: str) -> KeyRing:
    """Close a birth that leads to nothing."""
    return replace(ring, births=tuple(b for b in ring.births if b.operation != operation))


def publish(ring: KeyRing, *, operations: Collection[str], now: int) -> KeyRing:
    """Let proved keys enter the JWK Set, all in one write."""
    born = [b for b in ring.births if b.operation in operations and b.jwk and not b.given_up]
    first = ring.served_at is None
    keys = tuple(
        SigningKey(
            kid=b.jwk["kid"],
            algorithm=b.algorithm,
            jwk=b.jwk,
            key_arn=b.key_arn,
            created_at=b.started_at,
            published_at=now,
            first=first,
        )
        for b in born
        if b.jwk
    )
    if not keys:
        return ring
    left = tuple(b for b in ring.births if b not in born)
    return replace(ring, keys=(*ring.keys, *keys), births=left, served_at=now if first else ring.served_at)


def confirm(ring: KeyRing, *, seen: Collection[str], now: int) -> KeyRing:
    """Start the waiting time of pending keys that the public URL was seen to serve.

    Invariant 2. A key of the first public write waits for nobody: no cache can hold an older set. For any
    other an answer without it may still be under way to the CDN, which then counts from its arrival.
    """
    policy = ring.policy
    clear = max(now + max(policy.on_edge, ring.lingering or 0), ring.edge_horizon)
    ready_at = max(clear + policy.in_clients, ring.cache_horizon)
    for key in ring.keys:
        if key.state(now) is State.PENDING and key.confirmed_at is None and key.kid in seen:
            clear_at, start = (now, now) if key.first else (clear, ready_at)
            ring = ring.with_key(key.kid, confirmed_at=now, edge_clear_at=clear_at, activate_not_before=start)
    return ring


def activate(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
    """Let a pending key sign and its predecessor stop, in one write: never two signers, never none."""
    key = ring.key(kid)
    if key is None or key.state(now) is not State.PENDING:
        return ring
    predecessor = ring.active(key.algorithm)
    if predecessor:
        ring = _end_signing(ring, predecessor, now)
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
        return _end_signing(ring, key, now)
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


def copied(ring: KeyRing, *, fingerprint: str, now: int) -> KeyRing:
    """Record what the static copy holds.

    Up to now it may have been served as an earlier policy had it, and it may have held revoked keys: caches
    count from here, and open revocations empty the CDN once more.
    """
    if ring.lingering is not None:
        ring = mistrust_caches(ring, edge_until=now + ring.lingering, in_clients=ring.policy.in_clients)
    withdrawals = tuple(
        w
        if w.copied_at is not None
        else replace(w, copied_at=now, invalidated_at=None, invalidated_again_at=None)
        for w in ring.withdrawals
    )
    return replace(ring, copied=fingerprint, lingering=None, withdrawals=withdrawals)


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


def revoke(ring: KeyRing, *, kid: str, reason: str | None, now: int) -> KeyRing:
    """Take a key out for ever and put its ready standby in its place, in one write (invariant 6).

    Raises UnknownKey. Revoking twice changes nothing.
    """
    key = ring.key(kid)
    if key is None:
        return _revoke_tombstone(ring, kid, now)
    if key.revoked_at is not None:
        return ring
    was_active = ring.active(key.algorithm) == key
    ring = ring.with_key(kid, revoked_at=now, reason=reason)
    nothing_in_kms = now if key.key_arn is None else None
    effects = Withdrawal(kid=kid, tagged_at=nothing_in_kms, disabled_at=nothing_in_kms)
    ring = replace(ring, withdrawals=(*ring.withdrawals, effects))
    standby = ring.standby(key.algorithm)
    if was_active and standby and ready(standby, now):
        ring = activate(ring, kid=standby.kid, now=now)
    return ring


def withdrawn(ring: KeyRing, *, kid: str, **done: int | None) -> KeyRing:
    """Record effects of a revocation as done."""
    return replace(
        ring,
        withdrawals=tuple(
            replace(w, **done) if w.kid == kid else w  # type: ignore[arg-type]
            for w in ring.withdrawals
        ),
    )


def close_withdrawal(ring: KeyRing, *, kid: str) -> KeyRing:
    """The public URL no longer serves a revoked key: nothing is left to do."""
    return replace(ring, withdrawals=tuple(w for w in ring.withdrawals if w.kid != kid))


def change_policy(ring: KeyRing, *, policy: RotationPolicy, now: int) -> KeyRing:
    """Put another policy in force. What keys froze can only move later.

    What the CDN holds of the old policy may be fetched by the slow clients of the new one.
    """
    old = ring.policy
    in_clients = max(old.in_clients, policy.in_clients)
    ring = mistrust_caches(ring, edge_until=now + old.on_edge, in_clients=in_clients)
    ring = replace(ring, policy=policy, lingering=max(ring.lingering or 0, old.on_edge))
    for key in ring.keys:
        ring = _postpone(ring, key, now)
        if key.until is None and key.algorithm not in policy.algorithms:
            ring = _end_signing(ring, ring.key(key.kid) or key, now)
    return replace(ring, forced=tuple(a for a in ring.forced if a in policy.algorithms))


def begin_deletion(ring: KeyRing, *, now: int) -> KeyRing:
    """Stop all signing for good; what was signed stays verifiable until its keys retire."""
    for key in ring.keys:
        if key.until is None:
            ring = _end_signing(ring, key, now)
    return replace(ring, deleting_since=now, forced=())


def close(ring: KeyRing, *, now: int) -> KeyRing:
    """The last key is gone: only the tombstones stay."""
    return replace(ring, deleted_at=now)


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


def mistrust_caches(ring: KeyRing, *, edge_until: int, in_clients: int) -> KeyRing:
    """Let the CDN hold answers of an earlier policy until `edge_until`, and clients for so much longer."""
    edge = max(ring.edge_horizon, edge_until)
    return replace(ring, edge_horizon=edge, cache_horizon=max(ring.cache_horizon, edge + in_clients))


def _end_signing(ring: KeyRing, key: SigningKey, now: int) -> KeyRing:
    """Its end is frozen by `settle`, once this is written; a key that never signed may leave at once."""
    if key.signing_ended_at is not None or key.revoked_at is not None:
        return ring
    unused = now if key.promises is None else None
    return ring.with_key(key.kid, signing_ended_at=now, retire_not_before=unused)


def _postpone(ring: KeyRing, key: SigningKey, now: int) -> KeyRing:
    """Move what a key froze to what the ring's new policy asks for, where that is later."""
    policy = ring.policy
    match key.state(now):
        case State.PENDING if key.confirmed_at is not None and not key.first:
            start = key.activate_not_before or 0
            clear = start if key.edge_clear_at is None else key.edge_clear_at
            return ring.with_key(key.kid, activate_not_before=max(start, clear + policy.in_clients))
        case State.ACTIVE | State.RETIRING if key.promises:
            return widen_promises(ring, kid=key.kid, promises=policy.promises)
        case _:
            return ring


def _with_birth(ring: KeyRing, operation: str, **changes: object) -> KeyRing:
    births = tuple(
        replace(b, **changes) if b.operation == operation else b  # type: ignore[arg-type]
        for b in ring.births
    )
    return replace(ring, births=births)


def _revoke_tombstone(ring: KeyRing, kid: str, now: int) -> KeyRing:
    stone = ring.tombstone(kid)
    if stone is None:
        raise UnknownKey(f"kid: {kid!r} is not a key of issuer {ring.issuer!r}")
    if stone.revoked_at is not None:
        return ring
    marked = replace(stone, revoked_at=now)
    return replace(ring, tombstones=tuple(marked if t is stone else t for t in ring.tombstones))
