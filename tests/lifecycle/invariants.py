"""The seven invariants of docs/lifecycle.md, checked on everything that happens in a world.

Invariant 1 is not sampled but decided: for each token it is asked whether any JWK Set without its key may be
held, by a cache that keeps its promises, at any moment from the signature to the last acceptance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from jwx.ring.keyring import KeyRing, SigningKey, State
from jwx.ring.policy import MAX_PUBLISHED_KEYS
from tests.fakes.clock import FakeClock
from tests.fakes.publication import Answer
from tests.lifecycle.held_sets import EVER, Face, ServedSet, longest_on_edge


@dataclass(frozen=True, slots=True)
class Violation:
    """Which invariant was broken, where, when and how."""

    invariant: int
    issuer: str
    at: float
    text: str


class Watch:
    """Told of each effect in the moment it happens; collects violations."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.violations: list[Violation] = []
        self.faces: dict[str, Face] = defaultdict(Face)
        self.revoked: set[str] = set()
        self.published: dict[str, float] = {}
        self.forced: set[str] = set()
        self.foreign: set[str] = set()
        self.tokens = 0
        self.activations = 0

    def found(self, invariant: int, issuer: str, text: str) -> None:
        """Report a violation."""
        self.violations.append(Violation(invariant, issuer, self._now(), text))

    # -- the public face -----------------------------------------------------------------------

    def ring_written(self, _: str, old: KeyRing | None, ring: KeyRing | None) -> None:
        """A key ring was written, came out of a restored table, or was lost, which the public cannot tell."""
        if ring is None:
            return
        now, face = self._now(), self.faces[ring.issuer]
        if not face.policies or face.policies[-1][1] != ring.policy:
            face.policies.append((now, ring.policy))
        for key in ring.keys:
            self._learn(key, now)
            if key.revoked_at is not None:
                face.revoked.add(key.kid)
        public = ring.served_at is not None and ring.deleted_at is None and not ring.restored
        kids = frozenset(k.kid for k in ring.published(int(now)) if k.until is None) if public else None
        face.origin = self._served(ring.issuer, face.origin, kids, longest_on_edge(ring.policy, ring.policy))
        if not ring.restored:
            if not public:
                self._check_needed(ring.issuer, frozenset())
            self._check_ring(old, ring)

    def copy_written(self, issuer: str, _: Answer | None, copy: Answer | None) -> None:
        """The static copy was replaced or removed."""
        face = self.faces[issuer]
        on_edge = longest_on_edge(copy, face.policies[-1][1]) if copy else 0
        face.copy = self._served(issuer, face.copy, copy.kids if copy else None, on_edge)

    def _now(self) -> float:
        return self._clock.exact

    def _learn(self, key: SigningKey, now: float) -> None:
        if key.revoked_at is not None:
            self.revoked.add(key.kid)
        if key.published_at is not None:
            self.published.setdefault(key.kid, now)
        if key.forced:
            self.forced.add(key.kid)
        if key.key_arn is None:
            self.foreign.add(key.kid)

    def _served(
        self, issuer: str, before: ServedSet | None, kids: frozenset[str] | None, on_edge: int
    ) -> ServedSet | None:
        """Close the set served so far and open the next one, if there is a difference."""
        now, face = self._now(), self.faces[issuer]
        if before and kids == before.kids and on_edge == before.on_edge:
            return before
        face.close(before, now)
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

    def lost_with_the_table(self, issuer: str, kid: str) -> None:
        """Nothing but the lost table remembered that this key was revoked."""
        self.revoked.discard(kid)
        self.faces[issuer].revoked.discard(kid)

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
