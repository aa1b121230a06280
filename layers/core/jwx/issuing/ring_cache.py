"""Key rings as a signer keeps them: never older than the policy's `signer_cache`, DynamoDB up or down.

How long a key stays published after its last signature counts on that bound. Age is reckoned from before
the read, and an answer carries the time for which it is known to hold: a token's `iat` is that time, so that
no slow call in between can stretch its life.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from jwx.errors import KeyRingUnavailable, UnknownIssuer
from jwx.ring.keyring import KeyRing

if TYPE_CHECKING:
    from jwx.ports import Clock, RingStore

_MOST_RINGS = 500


class Reading(NamedTuple):
    """A ring and the time, epoch seconds, at which it was known to be in date."""

    ring: KeyRing
    at: int


class RingCache:
    """One read serves all threads that wait for it. Only rings that may be signed from are kept."""

    def __init__(self, store: RingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, Reading] = {}
        self._lock = Lock()

    def read(self, issuer: str) -> Reading:
        """The ring, at most `signer_cache` seconds old. Raises UnknownIssuer, KeyRingUnavailable."""
        with self._lock:
            now = self._clock()
            kept = self._kept.get(issuer)
            # A clock in whole seconds hides a part of one: at a difference equal to the bound it may be over.
            # A negative age means that the clock was set back, and that nothing is known.
            if kept and 0 <= now - kept.at < kept.ring.policy.signer_cache:
                return Reading(kept.ring, now)
            self._kept.pop(issuer, None)
            reading = Reading(self._load(issuer), now)
            self._keep(issuer, reading)
            return reading

    def drop(self, stale: KeyRing) -> None:
        """Forget that very ring: one read since by another thread is kept."""
        with self._lock:
            kept = self._kept.get(stale.issuer)
            if kept and kept.ring is stale:
                del self._kept[stale.issuer]

    def _load(self, issuer: str) -> KeyRing:
        ring = self._store.load(issuer)
        if ring is None or ring.deleted_at is not None:
            raise UnknownIssuer(f"issuer: there is no issuer {issuer!r}")
        if ring.restored:
            # It may hold keys that were revoked since the backup was made.
            raise KeyRingUnavailable(f"the key ring of issuer {issuer!r} was restored and is not checked yet")
        return ring

    def _keep(self, issuer: str, reading: Reading) -> None:
        if len(self._kept) >= _MOST_RINGS:
            del self._kept[next(iter(self._kept))]
        self._kept[issuer] = reading
