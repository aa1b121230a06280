"""KMS keys that no ring knows: adopted where a token may still need them, deleted where not (invariant 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from jwx.errors import JwxError, TooManyKeys, UnknownIssuer
from jwx.jose.jwa import algorithm as algorithm_row
from jwx.jose.jwk import public_jwk
from jwx.lifecycle.ledger import Ledger
from jwx.ports import Clock, KeyService, KeyStatus, ListedKey, StoredKey
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import MAX_PUBLISHED_KEYS

SETTLED = 900
"""KMS tags may lag by 5 minutes; a key is judged only when it is older than this, in seconds."""


@dataclass(slots=True)
class Swept:
    """What a sweep did, in numbers of keys."""

    adopted: int = 0
    deleted: int = 0
    left: int = 0
    """Orphans that could not be dealt with; the next sweep tries again."""


class Sweep:
    """Looks through the stack's KMS keys for such that no ring knows."""

    def __init__(
        self, *, ledger: Ledger, keys: KeyService, clock: Clock, remaining: Callable[[], float]
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._remaining = remaining

    def run(self, issuer: str | None = None) -> Swept:
        """Judge the keys of `issuer`, or of all. The rings are read after the listing, never before."""
        swept = Swept()
        rings: dict[str, KeyRing | None] = {}
        for key in self._listed(issuer):
            if self._remaining() <= 0:
                break
            try:
                if key.issuer not in rings:
                    rings[key.issuer] = self._ledger.load(key.issuer)
                self._judge(key, rings[key.issuer], swept)
            except JwxError:
                swept.left += 1
        return swept

    def _listed(self, issuer: str | None) -> list[ListedKey]:
        """The whole listing, or as much of it as there is time for."""
        listed = []
        for key in self._keys.list_keys(issuer):
            if self._remaining() <= 0:
                break
            listed.append(key)
        return listed

    def _judge(self, listed: ListedKey, ring: KeyRing | None, swept: Swept) -> None:
        if ring is not None and (
            ring.has_arn(listed.key_arn) or ring.birth(listed.operation) or ring.restored
        ):
            return
        # An old key may have been published a minute ago, which a listing does not show yet.
        key = self._keys.stored(listed.key_arn)
        young = key is not None and self._clock() < key.created_at + SETTLED
        if key is None or young or key.status is KeyStatus.DELETED:
            return
        if key.mark == "published" and key.status is KeyStatus.USABLE and self._adopt(key):
            swept.adopted += 1
        else:
            days = ring.policy.deletion_window_days if ring else 30
            self._keys.schedule_deletion(key.key_arn, days=days)
            swept.deleted += 1

    def _adopt(self, key: StoredKey) -> bool:
        """False for a key that is known to be over. Raises TooManyKeys; UnknownIssuer where the ring is lost:

        without it nothing can be known of the key's tokens, and a person has to judge.
        """
        ring = self._ledger.load(key.issuer)
        if ring is None:
            raise UnknownIssuer(f"issuer: there is no issuer {key.issuer!r}")
        adoptee = adopted(ring, key, self._keys, self._clock())
        if adoptee is ring:
            return False
        if len(adoptee.published(self._clock())) > MAX_PUBLISHED_KEYS:
            raise TooManyKeys(
                f"the JWK Set of {key.issuer!r} holds {MAX_PUBLISHED_KEYS} keys, the most allowed"
            )
        self._ledger.write(ring, adoptee)
        return True


def adopted(ring: KeyRing, stored: StoredKey, keys: KeyService, now: int) -> KeyRing:
    """The ring with a key that is published, and never signs again: its tokens stay verifiable."""
    row = algorithm_row(stored.algorithm)
    jwk = public_jwk(keys.public_key(stored.key_arn), algorithm=row)
    if ring.key(jwk["kid"]) or ring.tombstone(jwk["kid"]):
        return ring
    promises = ring.policy.promises.widen(stored.promises or ring.policy.promises)
    key = SigningKey(
        kid=jwk["kid"],
        algorithm=row.name,
        jwk=jwk,
        key_arn=stored.key_arn,
        created_at=stored.created_at,
        published_at=now,
        confirmed_at=now,
        signing_ended_at=now,
        retire_not_before=now + promises.retention,
        promises=promises,
    )
    return replace(ring, keys=(*ring.keys, key), served_at=ring.served_at or now, deleted_at=None)
