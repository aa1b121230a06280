"""The fake CDN's rules, on which the simulation's verdict rests: RFC 9111, RFC 5861 and the fail-over."""

from __future__ import annotations

from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from tests.fakes.clock import FakeClock
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore

POLICY = RotationPolicy(s_maxage=60, stale_while_revalidate=30, stale_if_error=600)


class Cdn:
    """A public URL over one issuer's ring."""

    def __init__(self) -> None:
        self.clock, self.store = FakeClock(), FakeRingStore()
        self.publication = FakePublication(self.store, self.clock)

    def publish(self, *kids: str) -> KeyRing:
        """Write a ring that publishes these kids."""
        stored = self.store.rings.get("default")
        keys = tuple(
            SigningKey(kid=kid, algorithm="ES256", jwk={}, created_at=1, published_at=1) for kid in kids
        )
        version = stored.version if stored else ""
        ring = KeyRing(issuer="default", policy=POLICY, created_at=1, served_at=1, keys=keys, version=version)
        return self.store.save(ring)

    def seen_after(self, seconds: int) -> set[str]:
        self.clock.advance(seconds)
        seen = self.publication.seen("default")
        assert seen is not None
        return set(seen)


def test_a_fresh_answer_hides_a_change() -> None:
    """For `s_maxage` the CDN asks nobody; then, while it revalidates, it serves the old answer once more."""
    cdn = Cdn()
    cdn.publish("a")
    assert cdn.seen_after(0) == {"a"}
    cdn.publish("b")
    assert cdn.seen_after(59) == {"a"}
    assert cdn.seen_after(1) == {"a"}
    assert cdn.seen_after(0) == {"b"}


def test_past_revalidation_nothing_old_is_served() -> None:
    """Behind both windows the origin is asked first."""
    cdn = Cdn()
    cdn.publish("a")
    cdn.seen_after(0)
    cdn.publish("b")
    assert cdn.seen_after(90) == {"b"}


def test_a_failing_origin_is_covered_up_for_a_while() -> None:
    """By the stale answer within `stale_if_error`, and by the static copy after that."""
    cdn = Cdn()
    cdn.publication.copy(cdn.publish("a", "copied"), cdn.clock(), stale=lambda: False)
    cdn.publish("a")
    cdn.seen_after(0)
    cdn.publication.origin_down = True
    assert cdn.seen_after(659) == {"a"}
    assert cdn.seen_after(1) == {"a", "copied"}


def test_an_invalidation_empties_the_edge() -> None:
    """The next request reaches the origin, unless an old answer slips in behind it."""
    cdn = Cdn()
    cdn.publish("a")
    late = cdn.publication.origin("default")
    cdn.seen_after(0)
    cdn.publish("b")
    cdn.publication.invalidate("default", token="t-1")
    assert cdn.seen_after(0) == {"b"}
    assert late
    cdn.publication.refill("default", late)
    assert cdn.seen_after(0) == {"a"}


def test_a_404_is_not_kept() -> None:
    """An issuer without a ring is asked for again with each request."""
    cdn = Cdn()
    assert cdn.seen_after(0) == set()
    cdn.publish("a")
    assert cdn.seen_after(0) == {"a"}
