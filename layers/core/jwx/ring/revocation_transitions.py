"""Taking a key out for ever, and what of that is done in KMS and in public.

Pure functions as in `jwx.ring.transitions`.
"""

from __future__ import annotations

from dataclasses import replace

from jwx.errors import UnknownKey
from jwx.ring import transitions
from jwx.ring.keyring import KeyRing, Withdrawal


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
    if was_active and standby and transitions.ready(standby, now):
        ring = transitions.activate(ring, kid=standby.kid, now=now)
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


def _revoke_tombstone(ring: KeyRing, kid: str, now: int) -> KeyRing:
    stone = ring.tombstone(kid)
    if stone is None:
        raise UnknownKey(f"kid: {kid!r} is not a key of issuer {ring.issuer!r}")
    if stone.revoked_at is not None:
        return ring
    marked = replace(stone, revoked_at=now)
    return replace(ring, tombstones=tuple(marked if t is stone else t for t in ring.tombstones))
