"""The seven invariants of docs/lifecycle.md, checked on everything that happens in a world.

Invariant 1 is not sampled but decided: for each token it is asked whether any JWK Set without its key may be
held, by a cache that keeps its promises, at any moment from the signature to the last acceptance. A set may
reach the CDN until `origin_timeout` after it was last served, stay there for all the stale times, be fetched
from there in the last moment, and be kept by the slowest client promised at that time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jwx.lifecycle.keyring import KeyRing, SigningKey, State
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS, RotationPolicy
from tests.fakes.publication import Answer

EVER = float("inf")


@dataclass(frozen=True, slots=True)
class Violation:
    """Which invariant was broken, where, when and how."""

    invariant: int
    issuer: str
    at: float
    text: str


@dataclass(slots=True)
class ServedSet:
    """A JWK Set that the origin or the static copy served from `start` until `end`, in true time."""

    kids: frozenset[str]
    on_edge: int
    """For how long after its end it may be on its way to, and then in, the CDN."""
    start: float
    end: float = EVER
    known: tuple[int, float] | None = None
    """Until when it may be held, reckoned once for each number of policies."""


@dataclass(slots=True)
class Face:
    """What the public may know of one issuer."""

    origin: ServedSet | None = None
    copy: ServedSet | None = None
    past: list[ServedSet] = field(default_factory=list)
    policies: list[tuple[float, RotationPolicy]] = field(default_factory=list)
    needed_until: dict[str, float] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)

    def sets(self) -> Iterator[ServedSet]:
        """All that may still be held somewhere, or was until lately."""
        yield from self.past
        yield from (s for s in (self.origin, self.copy) if s is not None)

    def held_until(self, served: ServedSet) -> float:
        """The last moment at which a cache that keeps its promises may hold the set."""
        if served.end == EVER:
            return EVER
        if served.known is None or served.known[0] != len(self.policies):
            served.known = (len(self.policies), self._reckoned(served.start, served.end + served.on_edge))
        return served.known[1]

    def _reckoned(self, start: float, on_edge: float) -> float:
        """Until the last fetch from the CDN, plus the slowest client promised in that time."""
        begins = [begin for begin, _ in self.policies]
        return max(
            min(end, on_edge) + policy.client_cache
            for (begin, policy), end in zip(self.policies, [*begins[1:], EVER], strict=True)
            if begin <= on_edge and end >= start
        )


class Watch:
    """Told of each effect in the moment it happens; collects violations."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._now = clock
        self.violations: list[Violation] = []
        self.faces: dict[str, Face] = defaultdict(Face)
        self.revoked: set[str] = set()
        self.published: dict[str, float] = {}
        self.forced: set[str] = set()
        self.tokens = 0
        self.activations = 0

    def found(self, invariant: int, issuer: str, text: str) -> None:
        """Report a violation."""
        self.violations.append(Violation(invariant, issuer, self._now(), text))

    # -- the public face -----------------------------------------------------------------------

    def ring_written(self, old: KeyRing | None, ring: KeyRing) -> None:
        """A key ring was written, or came out of a restored table."""
        now, face = self._now(), self.faces[ring.issuer]
        if not face.policies or face.policies[-1][1] != ring.policy:
            face.policies.append((now, ring.policy))
        for key in ring.keys:
            self._learn(key, now)
            if key.revoked_at is not None:
                face.revoked.add(key.kid)
        public = ring.served_at is not None and ring.deleted_at is None and not ring.restored
        kids = frozenset(k.kid for k in ring.published(int(now)) if k.until is None) if public else None
        face.origin = self._served(ring.issuer, face.origin, kids, _on_edge(ring.policy, ring.policy))
        if not ring.restored:
            if not public:
                self._check_needed(ring.issuer, frozenset())
            self._check_ring(old, ring)

    def copy_written(self, issuer: str, copy: Answer | None) -> None:
        """The static copy was replaced or removed."""
        face = self.faces[issuer]
        on_edge = _on_edge(copy, face.policies[-1][1]) if copy else 0
        face.copy = self._served(issuer, face.copy, copy.kids if copy else None, on_edge)

    def _learn(self, key: SigningKey, now: float) -> None:
        if key.revoked_at is not None:
            self.revoked.add(key.kid)
        if key.published_at is not None:
            self.published.setdefault(key.kid, now)
        if key.forced:
            self.forced.add(key.kid)

    def _served(
        self, issuer: str, before: ServedSet | None, kids: frozenset[str] | None, on_edge: int
    ) -> ServedSet | None:
        """Close the set served so far and open the next one, if there is a difference."""
        now, face = self._now(), self.faces[issuer]
        if before and kids == before.kids and on_edge == before.on_edge:
            return before
        if before:
            before.end = now
            face.past.append(before)
        face.past = [s for s in face.past if face.held_until(s) >= now]
        face.cleared.clear()
        if kids is None:
            return None
        self._check_needed(issuer, kids)
        return ServedSet(kids, on_edge, now)

    def _check_needed(self, issuer: str, kids: frozenset[str]) -> None:
        """Is every key that a living token needs among those that are public now."""
        now, needed = self._now(), self.faces[issuer].needed_until
        for kid, until in list(needed.items()):
            if until < now or kid in self.revoked:
                del needed[kid]
            elif kid not in kids:
                self.found(1, issuer, f"{kid} left the JWK Set {until - now:.0f} s too early")

    # -- tokens --------------------------------------------------------------------------------

    def minted(self, issuer: str, kid: str, *, accepted_until: float) -> None:
        """A token was signed that some verifier may accept until then, in true time."""
        self.tokens += 1
        face = self.faces[issuer]
        face.needed_until[kid] = max(accepted_until, face.needed_until.get(kid, 0))
        if kid in face.cleared or kid in self.revoked:
            return
        face.cleared.add(kid)
        for served in face.sets():
            early = kid in self.forced and served.start <= self.published.get(kid, EVER)
            if kid not in served.kids and not early and face.held_until(served) > self._now():
                left = face.held_until(served) - self._now()
                self.found(1, issuer, f"{kid} signs; a set without it may be held for {left:.0f} s more")

    # -- the ring ------------------------------------------------------------------------------

    def _check_ring(self, old: KeyRing | None, ring: KeyRing) -> None:
        now = int(self._now())
        published = ring.published(now)
        if len(published) > MAX_PUBLISHED_KEYS:
            self.found(7, ring.issuer, f"{len(published)} keys are published")
        for kid in self.faces[ring.issuer].revoked.intersection(k.kid for k in published):
            self.found(6, ring.issuer, f"{kid} was revoked and is published")
        known = old if old is not None and not old.restored else None
        before = known.keys if known else ()
        for algorithm in {k.algorithm for k in (*ring.keys, *before)}:
            self._check_signers(known, ring, algorithm)
        if known:
            self._check_closed_withdrawals(known, ring)

    def _check_signers(self, old: KeyRing | None, ring: KeyRing, algorithm: str) -> None:
        """Invariants 2 and 3 for one write."""
        signing = [k for k in ring.keys if k.algorithm == algorithm and _signs(k)]
        if len(signing) > 1:
            self.found(3, ring.issuer, f"{len(signing)} keys sign with {algorithm}")
        if old is None:
            return
        before = {k.kid for k in old.keys if k.algorithm == algorithm and _signs(k)}
        for key in signing:
            if key.kid not in before:
                self.activations += 1
                self._check_activation(old, ring, key)
        gone = before and not signing and algorithm in ring.policy.algorithms
        if gone and ring.deleting_since is None and not before & self.revoked:
            self.found(3, ring.issuer, f"nothing signs with {algorithm}, for no reason")

    def _check_activation(self, old: KeyRing, ring: KeyRing, key: SigningKey) -> None:
        ready = key.activate_not_before is not None and key.activated_at is not None
        if ready and (key.activated_at or 0) >= (key.activate_not_before or 0):
            return
        if not key.forced or key.algorithm not in old.forced:
            self.found(2, ring.issuer, f"{key.kid} signs too early, and nobody forced it")

    def _check_closed_withdrawals(self, old: KeyRing, ring: KeyRing) -> None:
        face = self.faces[ring.issuer]
        for due in old.withdrawals:
            if ring.withdrawal(due.kid) is None and face.copy and due.kid in face.copy.kids:
                self.found(6, ring.issuer, f"{due.kid} is still in the static copy")

    # -- KMS -----------------------------------------------------------------------------------

    def deletion_scheduled(self, arn: str, rings: dict[str, KeyRing]) -> None:
        """Invariant 5: no key that a token may need, or that signs, is ever deleted."""
        for ring in rings.values():
            for key in ring.keys:
                needed = key.state(int(self._now())) in (State.PENDING, State.ACTIVE, State.RETIRING)
                if key.key_arn == arn and needed and not ring.restored:
                    self.found(5, ring.issuer, f"{key.kid} was deleted while {key.state(int(self._now()))}")


def _signs(key: SigningKey) -> bool:
    return key.state(0) is State.ACTIVE


def _on_edge(answer: Answer | RotationPolicy, policy: RotationPolicy) -> int:
    stale = answer.stale_while_revalidate + answer.stale_if_error
    return policy.origin_timeout + answer.s_maxage + stale
