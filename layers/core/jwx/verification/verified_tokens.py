"""Tokens that were verified a moment ago, so that a busy caller costs one signature check, not many."""

from __future__ import annotations

import hashlib
import marshal
from _thread import allocate_lock
from typing import TYPE_CHECKING, Any

from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jwx.jose.jwk_set import VerificationKey
    from jwx.jose.jwt import Window
    from jwx.verification.deadline import Deadline
    from jwx.verification.judge import Judge


class VerifiedToken(NamedTuple):
    """What a token says, now that it is believed."""

    claims: dict[str, Any]
    issuer: str
    algorithm: str
    kid: str | None
    is_remembered: bool = False
    """Believed because it was verified a moment ago."""


class _Remembered(NamedTuple):
    judge: Judge
    key: VerificationKey
    window: Window
    jti: str | None
    algorithm: str
    kid: str | None
    claims: bytes


class VerifiedTokens:
    """Bounded, the oldest makes room; keyed by a digest of the whole token, signature included.

    The claims are kept in serialized form: each caller gets a copy of its own, and what one does to it
    no other sees.
    """

    def __init__(self, size: int) -> None:
        self.size = max(0, size)
        self._entries: dict[bytes, _Remembered] = {}
        self._making_room = allocate_lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: bytes, deadline: Deadline) -> VerifiedToken | None:
        """The token as it was verified, if its time and its key are still right."""
        entry = self._entries.get(digest)
        if entry is None or not entry.judge.still_holds(entry.key, entry.window, entry.jti, deadline):
            return None
        claims = marshal.loads(entry.claims)  # noqa: S302 (bytes that this process made itself)
        return VerifiedToken(claims, entry.judge.issuer, entry.algorithm, entry.kid, True)

    def put(
        self, digest: bytes, judge: Judge, key: VerificationKey, window: Window, token: VerifiedToken
    ) -> None:
        """Remember a token that has just been verified."""
        claims, jti = marshal.dumps(token.claims), token.claims.get("jti")
        with self._making_room:
            if len(self._entries) >= self.size:
                del self._entries[next(iter(self._entries))]
            self._entries[digest] = _Remembered(judge, key, window, jti, token.algorithm, token.kid, claims)


def digest_of(token: str) -> bytes:
    """What a token is remembered by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
