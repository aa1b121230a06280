"""Every write of a key ring goes through here.

A change is decided again inside compare-and-swap; what became of each key is told once it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from jwx.errors import KeyRingUnavailable, LostRace, UnknownIssuer
from jwx.origin import Origin
from jwx.ports import Clock, Journal, KeyChange, RingStore
from jwx.ring.keyring import KeyRing, SigningKey

TRIES = 6


class Ledger:
    """Reads and changes key rings; tells the journal of each key that changed."""

    def __init__(
        self, *, store: RingStore, journal: Journal, clock: Clock, origin: Origin | None = None
    ) -> None:
        self._store = store
        self._origin = origin
        self._journal = journal
        self._clock = clock

    def load(self, issuer: str) -> KeyRing | None:
        """The ring as of now, or None."""
        return self._store.load(issuer)

    def issuers(self, after: str | None) -> Iterator[str]:
        """Names of all issuers behind `after`, page by page."""
        return self._store.issuers(after)

    def create(self, ring: KeyRing) -> KeyRing:
        """Write a ring that was not there, or that replaces one of its name by that one's version.

        Raises LostRace when somebody else wrote it first.
        """
        return self._store.save(ring)

    def update(
        self,
        issuer: str,
        change: Callable[[KeyRing], KeyRing],
        *,
        precaution: Callable[[KeyRing, KeyRing], None] = lambda before, after: None,
    ) -> KeyRing:
        """Apply `change` to the newest ring and write it.

        `change` is pure and is called again after a lost race; it may raise to refuse. `precaution` sees to
        what must be so before the write, and may be called again too.
        Raises UnknownIssuer, KeyRingUnavailable for a restored ring, LostRace after a few tries.
        """
        for _ in range(TRIES):
            before = self._store.load(issuer)
            if before is None:
                raise UnknownIssuer(f"issuer: there is no issuer {issuer!r}")
            if before.restored:
                raise KeyRingUnavailable(
                    f"issuer: the key ring of {issuer!r} is from a restored table; reconcile it first"
                )
            after = change(before)
            if after is before or after == before:
                return before
            precaution(before, after)
            try:
                return self._saved(before, after)
            except LostRace:
                continue
        raise LostRace(f"issuer: {issuer!r} was changed by others {TRIES} times in a row; try again")

    def write(self, before: KeyRing, after: KeyRing) -> KeyRing:
        """Write `after` only if nobody changed the ring since `before` was read. Raises LostRace."""
        return before if after == before else self._saved(before, after)

    def _saved(self, before: KeyRing, after: KeyRing) -> KeyRing:
        saved = self._store.save(after)
        for change in changes(before, saved, at=self._clock()):
            self._journal.changed(replace(change, origin=self._origin))
        return saved


def changes(before: KeyRing, after: KeyRing, *, at: int) -> Iterator[KeyChange]:
    """What became of each key between two rings."""
    old = {key.kid: key for key in before.keys}
    for key in after.keys:
        yield from _key_changes(after.issuer, old.get(key.kid), key, at)
    left = {key.kid for key in after.keys}
    buried = {stone.kid for stone in after.tombstones}
    innocent = {stone.kid for stone in before.tombstones if stone.revoked_at is None}
    for stone in after.tombstones:
        if stone.revoked_at is not None and stone.kid in innocent:
            yield KeyChange(
                issuer=after.issuer, kid=stone.kid, algorithm=stone.algorithm, change="Revoked", at=at
            )
    for kid, key in old.items():
        if kid not in left and kid in buried:
            yield KeyChange(issuer=after.issuer, kid=kid, algorithm=key.algorithm, change="Deleted", at=at)


_TOLD = (
    ("created_at", "Created"),
    ("published_at", "Published"),
    ("activated_at", "Activated"),
    ("retired_at", "Retired"),
    ("revoked_at", "Revoked"),
)


def _key_changes(issuer: str, old: SigningKey | None, new: SigningKey, at: int) -> Iterator[KeyChange]:
    for name, change in _TOLD:
        if getattr(new, name) is not None and (old is None or getattr(old, name) is None):
            yield KeyChange(
                issuer=issuer,
                kid=new.kid,
                algorithm=new.algorithm,
                change=change,
                at=at,
                reason=new.reason if change == "Revoked" else None,
                forced=new.forced and change == "Activated",
            )
    if old is not None and new.certificates != old.certificates:
        yield KeyChange(
            issuer=issuer,
            kid=new.kid,
            algorithm=new.algorithm,
            change="Certified" if new.certificates else "Decertified",
            at=at,
            certified_until=new.certified_until,
        )
