"""Signers as they run in the world: each keeps its key rings and has a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass

from jwx.errors import JwxError
from jwx.issuing.ring_cache import Reading, RingCache
from jwx.ports import RingStore
from tests.fakes.clock import FakeClock
from tests.lifecycle.invariants import Watch


@dataclass(frozen=True, slots=True)
class Minted:
    """A token, as far as verifying it goes. Times in true time."""

    issuer: str
    kid: str
    at: float
    accepted_until: float
    """After that no verifier accepts it, neither a lenient nor a slow one."""


class Signer:
    """Mints tokens of the longest life that its key ring allows, from the oldest ring it may use."""

    def __init__(self, store: RingStore, *, clock: FakeClock, skew: int, watch: Watch) -> None:
        self._clock = clock
        self._skew = skew
        self._watch = watch
        self._rings = RingCache(store, self._own_time)

    def mint(self, issuer: str, algorithm: str | None = None) -> Minted | None:
        """A token, or None where nothing may be signed."""
        try:
            ring, issued_at = self._rings.read(issuer)
        except JwxError:
            return None
        policy = ring.policy
        key = ring.active(algorithm or policy.algorithms[0])
        if key is None or (algorithm and algorithm not in policy.algorithms):
            return None
        expires_at = issued_at + policy.max_token_lifetime
        accepted_until = expires_at + policy.verifier_leeway + policy.clock_skew
        self._watch.minted(issuer, key.kid, accepted_until=accepted_until)
        return Minted(issuer, key.kid, self._clock.exact, accepted_until)

    def held(self) -> list[Reading]:
        """The rings that it keeps, each with the time of its reading."""
        return list(self._rings._kept.values())

    def _own_time(self) -> int:
        return int(self._clock.exact + self._skew)
