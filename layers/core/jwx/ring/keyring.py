"""The key ring: all signing keys of one issuer and its policy, as one immutable value.

A key has times, not a state: `SigningKey.state` follows from its times and `now`, so that no field can
disagree with another. A key ring is changed only by `jwx.ring.transitions` (pure functions from ring to
ring) and written whole under a condition on its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from jwx.ring.policy import RotationPolicy
from jwx.ring.promises import Promises


class State(StrEnum):
    """Where a key stands in its life; docs/lifecycle.md draws it."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"
    DELETED = "deleted"
    REVOKED = "revoked"
    IMPORTED = "imported"
    EXPIRED = "expired"  # an imported key past its `until`


PUBLISHED = frozenset({State.PENDING, State.ACTIVE, State.RETIRING, State.IMPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One key of the ring. Times are epoch seconds; None means: not yet."""

    kid: str
    algorithm: str
    jwk: Mapping[str, str]
    key_arn: str | None = None
    """None for an imported key: its private half is somebody else's."""
    created_at: int
    published_at: int | None = None
    confirmed_at: int | None = None
    """When the static copy was written and the public URL was seen to serve the key."""
    edge_clear_at: int | None = None
    """From when on the CDN holds no JWK Set without it; clients may for a while longer."""
    activate_not_before: int | None = None
    activated_at: int | None = None
    signing_ended_at: int | None = None
    retire_not_before: int | None = None
    """Unset while the key signs, and until the write that ended it was seen to have happened."""
    retired_at: int | None = None
    disabled_at: int | None = None
    deleted_at: int | None = None
    revoked_at: int | None = None
    until: int | None = None
    """When an imported key leaves the JWK Set."""
    reason: str | None = None
    """Why it was revoked."""
    first: bool = False
    """Published in the write that began the ring's public life: no cache can hold an older JWK Set."""
    forced: bool = False
    """Signed before its `activate_not_before`, by an emergency `force`."""
    unusable: bool = False
    """KMS was seen to refuse the key: disabled or deleted behind our back."""
    promises: Promises | None = None
    """The largest promises in force since it was activated."""
    certificates: tuple[str, ...] = ()
    """RFC 7517 section 4.7: base64 of DER, the key's own first; published with it."""
    certified_until: int | None = None
    """When the first of them expires: from then on the key is published without."""

    def state(self, now: int) -> State:
        """The state at `now`, epoch seconds."""
        if self.revoked_at is not None:
            return State.REVOKED
        if self.until is not None:
            return State.IMPORTED if now < self.until else State.EXPIRED
        if self.deleted_at is not None:
            return State.DELETED
        if self.retired_at is not None:
            return State.RETIRED
        if self.signing_ended_at is not None:
            return State.RETIRING
        return State.ACTIVE if self.activated_at is not None else State.PENDING

    def x5c(self, now: int) -> tuple[str, ...]:
        """The certificates, while all of them are valid (RFC 5280 section 4.1.2.5: to the last second)."""
        valid = self.certified_until is not None and now <= self.certified_until
        return self.certificates if valid else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """A key on its way: the recorded intent to make one, then what is known of it.

    `operation` is on the KMS key as a tag, so that a key whose maker died can be told from a foreign one.
    """

    operation: str
    algorithm: str
    started_at: int
    key_arn: str | None = None
    jwk: Mapping[str, str] | None = None
    """Set once the key proved, through the prover, that it signs what this JWK verifies."""
    given_up: bool = False
    """Its key is to be deleted. Recorded first, so that nobody publishes a key that is about to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The effects of a revocation that are still due, each recorded when done. Times in epoch seconds."""

    kid: str
    tagged_at: int | None = None
    disabled_at: int | None = None
    copied_at: int | None = None
    invalidated_at: int | None = None
    invalidated_again_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is remembered of a key that is gone. A revoked kid is remembered for ever."""

    kid: str
    algorithm: str
    at: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedToken:
    """A single token that is refused until its `exp`, epoch seconds."""

    jti: str
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """All keys of an issuer. `version` changes with each write and never repeats."""

    issuer: str
    policy: RotationPolicy
    created_at: int
    version: str = ""
    keys: tuple[SigningKey, ...] = ()
    births: tuple[Birth, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    revoked_tokens: tuple[RevokedToken, ...] = ()
    """Expired ones among them are dropped with the next change."""
    forced: tuple[str, ...] = ()
    """Algorithms whose next key was ordered to sign at once, ready or not."""
    served_at: int | None = None
    """When the first JWK Set became public; None means that no cache can hold any."""
    edge_horizon: int = 0
    """The CDN holds no answer of an earlier policy after this time."""
    cache_horizon: int = 0
    """No cache that was filled from such an answer may still hold it after this time."""
    lingering: int | None = None
    """Seconds for which the CDN may keep the static copy of an earlier policy, until it is replaced."""
    lingering_in_clients: int | None = None
    """Seconds for which clients may keep what they got by that policy."""
    copied: str | None = None
    """Fingerprint of what the static copy holds; None when that is not known."""
    copied_to: str | None = None
    """Which static copy that is."""
    deleting_since: int | None = None
    deleted_at: int | None = None
    restored: bool = False
    """KMS must be asked before it may be believed: read from another table than it was written to, or new."""

    def published(self, now: int) -> tuple[SigningKey, ...]:
        """The keys of the JWK Set, sorted by kid."""
        return tuple(sorted((k for k in self.keys if k.state(now) in PUBLISHED), key=lambda k: k.kid))

    def active(self, algorithm: str) -> SigningKey | None:
        """The key that signs for `algorithm`, if one does."""
        signing = (
            k for k in self._own(algorithm) if k.activated_at is not None and k.signing_ended_at is None
        )
        return next(signing, None)

    def standby(self, algorithm: str) -> SigningKey | None:
        """The key that is next to sign for `algorithm`: the one published first."""
        pending = [k for k in self._own(algorithm) if k.activated_at is None and k.signing_ended_at is None]
        return min(pending, key=lambda k: (k.activate_not_before or k.published_at or 0, k.kid), default=None)

    def key(self, kid: str) -> SigningKey | None:
        """The key of that `kid`, unless it is gone."""
        return next((k for k in self.keys if k.kid == kid), None)

    def tombstone(self, kid: str) -> Tombstone | None:
        """What is remembered of a key that is gone."""
        return next((t for t in self.tombstones if t.kid == kid), None)

    def birth(self, operation: str) -> Birth | None:
        """The open birth of that operation id."""
        return next((b for b in self.births if b.operation == operation), None)

    def withdrawal(self, kid: str) -> Withdrawal | None:
        """The open effects of the revocation of `kid`."""
        return next((w for w in self.withdrawals if w.kid == kid), None)

    def has_arn(self, key_arn: str) -> bool:
        """Is the KMS key one of this ring's, born or on its way?"""
        return any(k.key_arn == key_arn for k in self.keys) or any(b.key_arn == key_arn for b in self.births)

    def with_key(self, kid: str, **changes: object) -> KeyRing:
        """The ring with some times of one key set."""
        return replace(
            self,
            keys=tuple(replace(k, **changes) if k.kid == kid else k for k in self.keys),  # type: ignore[arg-type]
        )

    def _own(self, algorithm: str) -> Iterator[SigningKey]:
        """Keys of `algorithm` that are ours, in the JWK Set and not revoked."""
        return (
            k
            for k in self.keys
            if k.algorithm == algorithm and k.until is None and k.revoked_at is None and k.retired_at is None
        )
