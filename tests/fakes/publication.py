"""The public face of issuers: an origin that reads the key ring, a CDN that keeps answers, a static copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jwx.errors import LostRace
from jwx.ports import Clock, RingStore
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import vanished
from tests.fakes.calls import Calls


@dataclass(frozen=True, slots=True)
class Answer:
    """A JWK Set as one answer carries it: the kids, and how long a CDN may keep it."""

    kids: frozenset[str]
    s_maxage: int
    stale_while_revalidate: int
    stale_if_error: int


NOT_FOUND = Answer(frozenset(), 0, 0, 0)
"""A 404 that no cache keeps."""


class FakePublication:
    """The port `Publication`, and `get`, what any client of the public URL sees.

    `edge` holds answers with the time at which they reached the CDN; `refill` puts one there that was under
    way while something else happened.
    """

    def __init__(self, store: RingStore, clock: Clock, calls: Calls | None = None) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls or Calls()
        self._fences: dict[str, int] = {}
        self.invalidations: dict[str, str] = {}
        """Issuers by token."""
        self.copies: dict[str, Answer] = {}
        self.edge: dict[str, tuple[Answer, int]] = {}
        self.place = "here"
        self.origin_down = False
        self.unreachable = False

    def copy(self, ring: KeyRing, now: int, *, stale: Callable[[], bool]) -> None:
        with self._calls("copy.fence"):
            fence = self._fences.get(ring.issuer, 0)
        if stale():
            raise LostRace(f"issuer: {ring.issuer!r} was changed before its copy was written")
        with self._calls("copy.write"):
            if self._fences.get(ring.issuer, 0) != fence:
                raise LostRace(f"issuer: the copy of {ring.issuer!r} was written by somebody else")
            self._fences[ring.issuer] = fence + 1
            if vanished(ring, now):
                self.copies.pop(ring.issuer, None)
            else:
                self.copies[ring.issuer] = _answer(ring, now)

    def invalidate(self, issuer: str, *, token: str) -> None:
        with self._calls("cdn.invalidate"):
            if token not in self.invalidations:
                self.invalidations[token] = issuer
                self.edge.pop(issuer, None)

    def seen(self, issuer: str) -> frozenset[str] | None:
        with self._calls("public.get"):
            answer = None if self.unreachable else self.get(issuer)
            return None if answer is None else answer.kids

    def get(self, issuer: str) -> Answer | None:
        """What the CDN answers: its own while fresh, else the origin's, else a stale one, else the copy."""
        cached, received_at = self.edge.get(issuer, (None, 0))
        over = self._clock() - received_at - (cached.s_maxage if cached else 0)
        if cached and over < 0:
            return cached
        made = self.origin(issuer)
        if made is not None:
            self.refill(issuer, made)
            return cached if cached and over < cached.stale_while_revalidate else made
        if cached and over < max(cached.stale_if_error, cached.stale_while_revalidate):
            return cached
        return self.copies.get(issuer)

    def origin(self, issuer: str) -> Answer | None:
        """The publishing function's answer from a consistent read; None while it is down."""
        if self.origin_down:
            return None
        ring = self._store.load(issuer)
        if ring is not None and ring.restored:
            return None
        if ring is None or ring.served_at is None or ring.deleted_at is not None:
            return NOT_FOUND
        return NOT_FOUND if vanished(ring, self._clock()) else _answer(ring, self._clock())

    def refill(self, issuer: str, made: Answer) -> None:
        """Let an answer reach the CDN, which keeps it unless it is a 404 (those carry no-store)."""
        if made.kids:
            self.edge[issuer] = (made, self._clock())
        else:
            self.edge.pop(issuer, None)


def _answer(ring: KeyRing, now: int) -> Answer:
    policy = ring.policy
    kids = frozenset(key.kid for key in ring.published(now))
    return Answer(kids, policy.s_maxage, policy.stale_while_revalidate, policy.stale_if_error)
