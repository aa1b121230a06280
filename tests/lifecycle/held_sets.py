"""Which JWK Sets of an issuer the public may hold, and until when.

A set may reach the CDN until `origin_timeout` after it was last served, stay there for all the stale times,
be fetched from there in the last moment, and be kept by the slowest client promised at that time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jwx.ring.policy import RotationPolicy
from tests.fakes.publication import Answer

EVER = float("inf")


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
    """The last acceptance of a token, by kid."""
    cleared: set[str] = field(default_factory=set)
    """Kids that are in each set that may be held; found out once for each change of these."""
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

    def close(self, served: ServedSet | None, now: float) -> None:
        """It is served no longer; what nobody can hold any more is forgotten."""
        if served:
            served.end = now
            self.past.append(served)
        self.past = [s for s in self.past if self.held_until(s) >= now]
        self.cleared.clear()

    def _reckoned(self, start: float, on_edge: float) -> float:
        """Until the last fetch from the CDN, plus the slowest client promised in that time."""
        begins = [begin for begin, _ in self.policies]
        return max(
            min(end, on_edge) + policy.client_cache
            for (begin, policy), end in zip(self.policies, [*begins[1:], EVER], strict=True)
            if begin <= on_edge and end >= start
        )


def longest_on_edge(answer: Answer | RotationPolicy, policy: RotationPolicy) -> int:
    """Seconds for which an answer may be on its way to the CDN, and then be kept there."""
    stale = answer.stale_while_revalidate + answer.stale_if_error
    return policy.origin_timeout + answer.s_maxage + stale
