"""A key ring out of a restored table is a memory, perhaps an old one: KMS and the public URL know better.

The marks on the KMS keys (`published`, `retired`, `revoked`) are set before the ring records the same, so
that what a restored ring believes is corrected before anything is signed or published from it (invariants 5
and 6 of docs/lifecycle.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from jwx.lifecycle import transitions
from jwx.lifecycle.adoption import adopted
from jwx.lifecycle.keyring import KeyRing, SigningKey, State
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS
from jwx.ports import Clock, KeyService, KeyStatus, ListedKey, Publication, StoredKey


class Recovery:
    """Corrects a restored ring and writes it, which makes it this table's own."""

    def __init__(self, *, ledger: Ledger, keys: KeyService, publication: Publication, clock: Clock) -> None:
        self._ledger = ledger
        self._keys = keys
        self._publication = publication
        self._clock = clock

    def recover(self, ring: KeyRing) -> KeyRing:
        """Answers the corrected ring. Raises LostRace when another run was faster."""
        now = self._clock()
        before = ring
        seen = self._seen(ring)
        for key in before.keys:
            stored = self._keys.stored(key.key_arn) if key.key_arn else None
            ring = _corrected(ring, key, stored, seen, now)
        ring = replace(ring, copied=None, forced=(), restored=False)
        listed = list(self._keys.list_keys(ring.issuer))
        if ring.served_at is not None or any(key.mark for key in listed):
            # It had keys in public before: caches may hold a JWK Set without the next ones.
            horizon = max(ring.cache_horizon, now + ring.policy.origin_timeout + ring.policy.propagation)
            ring = replace(ring, served_at=ring.served_at or now, cache_horizon=horizon)
        for stored in self._unknown(ring, listed):
            ring = _completed(ring, stored, self._keys, now)
        births = tuple(b for b in ring.births if b.key_arn is None or self._still_open(b.key_arn))
        return self._ledger.write(before, replace(ring, births=births))

    def _seen(self, ring: KeyRing) -> Collection[str] | None:
        """Asked for foreign keys only: a look at a new issuer's URL may make caches keep a 404."""
        foreign = any(key.key_arn is None for key in ring.keys)
        return self._publication.seen(ring.issuer) if foreign else None

    def _unknown(self, ring: KeyRing, listed: Collection[ListedKey]) -> list[StoredKey]:
        """Keys that were published since the backup was made, the newest first."""
        arns = {k.key_arn for k in listed} | {b.key_arn for b in ring.births if b.key_arn}
        unknown = arns - {k.key_arn for k in ring.keys}
        stored = [key for arn in sorted(unknown) if (key := self._keys.stored(arn))]
        published = [k for k in stored if k.mark == "published" and k.status is KeyStatus.USABLE]
        return sorted(published, key=lambda k: k.created_at, reverse=True)

    def _still_open(self, key_arn: str) -> bool:
        """A birth whose key was published, revoked, retired or deleted since is over."""
        stored = self._keys.stored(key_arn)
        return stored is not None and stored.status is KeyStatus.USABLE and stored.mark is None


def _completed(ring: KeyRing, unknown: StoredKey, keys: KeyService, now: int) -> KeyRing:
    """The ring with a key that it lacks. One that finds no room is left for the sweep."""
    if len(ring.published(now)) >= MAX_PUBLISHED_KEYS:
        return ring
    births = tuple(b for b in ring.births if b.operation != unknown.operation)
    return replace(adopted(ring, unknown, keys, now), births=births)


def _corrected(
    ring: KeyRing, key: SigningKey, stored: StoredKey | None, seen: Collection[str] | None, now: int
) -> KeyRing:
    """The ring with what became of one key since the table was backed up."""
    state = key.state(now)
    if state is State.REVOKED:
        return ring
    if key.key_arn is None:
        # Nothing but the public URL remembers a foreign key; when in doubt it is not published.
        if seen is None:
            return transitions.expire(ring, kid=key.kid)
        return ring if key.kid in seen else transitions.entomb(ring, kid=key.kid, now=now)
    if stored is not None and stored.mark == "revoked":
        return transitions.revoke(ring, kid=key.kid, reason="revoked before the table was restored", now=now)
    if stored is None or stored.mark == "retired":
        ended = ring.with_key(key.kid, signing_ended_at=key.signing_ended_at or now)
        return ended.with_key(key.kid, retired_at=key.retired_at or now)
    # It may have signed since the backup was made, though the ring says that it never did.
    return ring.with_key(key.kid, promises=key.promises or ring.policy.promises)
