"""What an issuer shows in public: whether it shows anything, and a digest of all that it shows."""

from __future__ import annotations

import hashlib

from jwx.ring.keyring import KeyRing, SigningKey

_RENDERING = "2"
"""Changes when the published documents change their form, so that every static copy is written anew."""


def vanishes_at(ring: KeyRing, now: int) -> int | None:
    """From when on an issuer that is being deleted has no documents; None while it publishes a key.

    A JWK Set without keys is how verifiers learn that the last key was revoked; to a 404 they go on with the
    set that they have. So it is served for as long as a token of a revoked key may be alive, and else not at
    all: it would say that the issuer still exists.
    """
    if ring.deleting_since is None or ring.published(now):
        return None
    revoked = [key.revoked_at for key in ring.keys] + [stone.revoked_at for stone in ring.tombstones]
    ends = [at + ring.policy.retention for at in revoked if at is not None]
    return max(ends, default=ring.deleting_since)


def vanished(ring: KeyRing, now: int) -> bool:
    """Is there nothing left to be shown?"""
    at = vanishes_at(ring, now)
    return at is not None and now >= at


def fingerprint(ring: KeyRing, now: int) -> str:
    """A digest of all that the published documents are made of.

    And of what caches are promised: once the copy was written anew, no older policy is served any more.
    """
    policy = ring.policy
    parts = [
        _RENDERING,
        *(["vanished"] if vanished(ring, now) else []),
        *(_identity(key, now) for key in ring.published(now)),
        *policy.algorithms,
        *(["key_ops"] if policy.key_ops else []),
        *(f"{token.jti}\t{token.exp}" for token in ring.revoked_tokens),
        f"{policy.max_age} {policy.s_maxage} {policy.stale_while_revalidate} {policy.stale_if_error}",
        f"{policy.on_edge} {policy.in_clients}",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _identity(key: SigningKey, now: int) -> str:
    """The kid, which no tab is part of, and the certificates that are published with it, if any."""
    return "\t".join((key.kid, *key.x5c(now)))
