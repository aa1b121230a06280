"""A key ring out of a restored table is a memory, perhaps an old one: KMS and the public URL know better.

The marks on the KMS keys (`published`, `retired`, `revoked`) are set before the ring records the same, so
that what a restored ring believes is corrected before anything is signed or published from it (invariants 5
and 6 of docs/lifecycle.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from jwx import lifecycle
from jwx.adoption import adopted
from jwx.keyring import Birth, KeyRing, SigningKey, State
from jwx.ledger import Ledger
from jwx.ports import Clock, KeyService, KeyStatus, Publication, StoredKey


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
        seen = self._publication.seen(ring.issuer)
        before = ring
        for key in before.keys:
            stored = self._keys.stored(key.key_arn) if key.key_arn else None
            ring = _corrected(ring, key, stored, seen, now)
        births = tuple(b for b in ring.births if self._still_open(b))
        horizon = max(ring.cache_horizon, now + ring.policy.origin_timeout + ring.policy.propagation)
        ring = replace(ring, births=births, copied=None, forced=(), cache_horizon=horizon, restored=False)
        for unknown in self._keys.list_keys(ring.issuer):
            if not ring.has_arn(unknown.key_arn) and unknown.mark == "published":
                ring = adopted(ring, unknown, self._keys, now)
        return self._ledger.write(before, ring)

    def _still_open(self, birth: Birth) -> bool:
        """A birth whose key was revoked, retired or deleted since is over."""
        stored = self._keys.stored(birth.key_arn) if birth.key_arn else None
        if birth.key_arn is None:
            return True
        return stored is not None and stored.status is KeyStatus.USABLE and stored.mark in (None, "published")


def _corrected(
    ring: KeyRing, key: SigningKey, stored: StoredKey | None, seen: Collection[str] | None, now: int
) -> KeyRing:
    """The ring with what became of one key since the table was backed up."""
    state = key.state(now)
    if state is State.REVOKED:
        return ring
    if key.key_arn is None:
        # Nothing but the public URL remembers a foreign key; when in doubt it is not published.
        gone = seen is None or key.kid not in seen
        return lifecycle.expire(ring, kid=key.kid) if gone else ring
    if stored is not None and stored.mark == "revoked":
        return lifecycle.revoke(ring, kid=key.kid, reason="revoked before the table was restored", now=now)
    if stored is None or stored.mark == "retired" or stored.status is KeyStatus.DELETED:
        ended = ring.with_key(key.kid, signing_ended_at=key.signing_ended_at or now)
        return ended.with_key(key.kid, retired_at=key.retired_at or now)
    return ring
