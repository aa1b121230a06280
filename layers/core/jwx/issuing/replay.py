"""Idempotency: a retry with the same key gets the same token, so that a lost answer mints no second one.

Bound to caller, issuer and request: the same key with another request is refused, and another caller's key
is another key. A token is given again only while it lives and a fresh look at the ring shows that neither it
nor its key was revoked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Protocol

from jwx.errors import InvalidRequest
from jwx.issuing.issuer import Token
from jwx.issuing.token_request import TokenRequest

if TYPE_CHECKING:
    from jwx.ports import Clock, RingStore

KEPT_SECONDS: Final = 300
"""Long enough for retries; each kept token is one that could be stolen from the table."""

type _Kept = dict[str, Any]


class Replays(Protocol):
    """Answers that are kept for a while, encrypted at rest."""

    def once(
        self,
        *,
        key: str,
        payload: str,
        seconds: int,
        seconds_left: Callable[[], float],
        make: Callable[[], _Kept],
    ) -> _Kept:
        """What `make` answers, or answered before for that key.

        Raises InvalidRequest when `payload` is not the one of before; SigningUnavailable, throttled, while
        another call is making it; SigningUnavailable when nothing can be kept.
        """


class OncePerKey:
    """Mints once for each idempotency key."""

    def __init__(self, replays: Replays | None, *, store: RingStore, clock: Clock) -> None:
        self._replays = replays
        self._store = store
        self._clock = clock

    def token(
        self,
        request: TokenRequest,
        mint: Callable[[], Token],
        *,
        caller: str,
        seconds_left: Callable[[], float],
    ) -> Token:
        """A token minted now, or the one of a moment ago."""
        if request.idempotency_key is None:
            return mint()
        if self._replays is None:
            raise InvalidRequest("idempotency_key: is off here; the parameter Idempotency turns it on")
        made: list[Token] = []

        def make() -> _Kept:
            made.append(mint())
            return asdict(made[0])

        kept = self._replays.once(
            key=_digest([caller, request.issuer, request.idempotency_key]),
            payload=_digest([request.claims, request.algorithm, request.expires_in, request.typ]),
            seconds=KEPT_SECONDS,
            seconds_left=seconds_left,
            make=make,
        )
        token = made[0] if made else Token(**kept)
        return token if made or self._still_good(token) else mint()

    def _still_good(self, token: Token) -> bool:
        """Not from a cache: a key revoked this very moment must not get its tokens handed out again."""
        ring = self._store.load(token.issuer)
        if ring is None or ring.restored or any(one.jti == token.jti for one in ring.revoked_tokens):
            return False
        key = ring.key(token.kid)
        return key is not None and key.revoked_at is None and self._clock() < token.expires_at


def _digest(parts: list[Any]) -> str:
    """What a table may hold of a request: claims are nobody's business there."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
