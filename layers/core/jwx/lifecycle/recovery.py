"""A key ring out of a restored table is a memory, perhaps an old one: KMS and the public URL know better.

The marks on the KMS keys (`published`, `retired`, `revoked`) are set before the ring records the same, so
that what a restored ring believes is corrected before anything is signed or published from it (invariants 5
and 6 of docs/lifecycle.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import reduce

from jwx.lifecycle.adoption import adopted
from jwx.lifecycle.ledger import Ledger
from jwx.ports import Clock, KeyService, KeyStatus, ListedKey, Publication, StoredKey
from jwx.ring import cache_transitions, revocation_transitions, transitions
from jwx.ring.keyring import KeyRing, SigningKey, State
from jwx.ring.policy import MAX_PUBLISHED_KEYS
from jwx.ring.promises import Promises


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
        listed = list(self._keys.list_keys(ring.issuer))
        stored = self._stored(ring, listed)
        seen = self._seen(ring)
        for key in before.keys:
            ring = _corrected(ring, key, stored.get(key.key_arn or ""), seen, now)
        ring = replace(ring, copied=None, forced=(), restored=False)
        if ring.served_at is not None or any(key.mark for key in listed):
            # It had keys in public before: caches may hold a JWK Set without the next ones.
            promises = _widest(ring, stored.values())
            until, in_clients = now + promises.on_edge, promises.in_clients
            ring = cache_transitions.mistrust_caches(ring, edge_until=until, in_clients=in_clients)
            # The static copy may be of any of those policies too, and is served until it is replaced.
            ring = cache_transitions.linger(ring, on_edge=promises.on_edge, in_clients=promises.in_clients)
            ring = replace(ring, served_at=ring.served_at or now)
        for unknown in _unknown(ring, stored.values()):
            ring = _completed(ring, unknown, self._keys, now)
        births = tuple(b for b in ring.births if b.key_arn is None or _still_open(stored.get(b.key_arn)))
        return self._ledger.write(before, replace(ring, births=births))

    def _stored(self, ring: KeyRing, listed: Collection[ListedKey]) -> Mapping[str, StoredKey]:
        """What KMS knows of each key of the issuer, known to the ring or not; gone ones are left out."""
        known = {k.key_arn for k in ring.keys} | {b.key_arn for b in ring.births}
        arns = known | {k.key_arn for k in listed}
        return {arn: key for arn in sorted(filter(None, arns)) if (key := self._keys.stored(arn))}

    def _seen(self, ring: KeyRing) -> Collection[str] | None:
        """Asked for foreign keys only: a look at a new issuer's URL may make caches keep a 404."""
        foreign = any(key.key_arn is None for key in ring.keys)
        return self._publication.seen(ring.issuer) if foreign else None


def _widest(ring: KeyRing, stored: Iterable[StoredKey]) -> Promises:
    """The largest promises of any policy that the issuer had since the backup was made, or before."""
    return reduce(Promises.widen, (k.promises for k in stored if k.promises), ring.policy.promises)


def _unknown(ring: KeyRing, stored: Iterable[StoredKey]) -> list[StoredKey]:
    """Keys that were published since the backup was made, the newest first."""
    known = {k.key_arn for k in ring.keys}
    published = (k for k in stored if k.mark == "published" and k.status is KeyStatus.USABLE)
    unknown = (k for k in published if k.key_arn not in known)
    return sorted(unknown, key=lambda k: k.created_at, reverse=True)


def _still_open(stored: StoredKey | None) -> bool:
    """A birth whose key was published, revoked, retired or deleted since is over."""
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
        return revocation_transitions.revoke(
            ring, kid=key.kid, reason="revoked before the table was restored", now=now
        )
    if stored is None or stored.mark == "retired":
        ended = ring.with_key(key.kid, signing_ended_at=key.signing_ended_at or now)
        return ended.with_key(key.kid, retired_at=key.retired_at or now)
    # It may have signed since the backup was made, though the ring says that it never did.
    return transitions.widen_promises(ring, kid=key.kid, promises=stored.promises or ring.policy.promises)
