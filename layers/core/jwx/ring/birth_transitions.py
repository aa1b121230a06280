"""How a key comes into a key ring: from the recorded intent to make one until it enters the JWK Set.

Pure functions as in `jwx.ring.transitions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from jwx.ring.keyring import Birth, KeyRing, SigningKey


def begin_birth(ring: KeyRing, *, operation: str, algorithm: str, now: int) -> KeyRing:
    """Record the intent to make a key, before KMS is asked: CreateKey has no idempotency of its own."""
    return replace(
        ring, births=(*ring.births, Birth(operation=operation, algorithm=algorithm, started_at=now))
    )


def attach(ring: KeyRing, *, operation: str, key_arn: str) -> KeyRing:
    """Record which KMS key an open birth made."""
    return _with_birth(ring, operation, key_arn=key_arn)


def prove(ring: KeyRing, *, operation: str, jwk: Mapping[str, str]) -> KeyRing:
    """Record that the prover signed with the key what `jwk` verifies."""
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


def _with_birth(ring: KeyRing, operation: str, **changes: object) -> KeyRing:
    births = tuple(
        replace(b, **changes) if b.operation == operation else b  # type: ignore[arg-type]
        for b in ring.births
    )
    return replace(ring, births=births)
