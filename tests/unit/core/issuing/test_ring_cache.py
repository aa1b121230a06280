"""The signer's copy of a key ring: never older than the policy allows, whatever DynamoDB does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jwx.errors import KeyRingUnavailable, UnknownIssuer
from jwx.issuing.ring_cache import RingCache
from tests.fakes.token_service import TokenService


def _down(name: str) -> None:
    if name == "store.load":
        raise KeyRingUnavailable("down")


def test_a_ring_is_read_once_within_its_time() -> None:
    """`signer_cache` is in seconds; at its end the ring is read again."""
    service = TokenService()
    service.open(policy={"signer_cache": 60})
    cache = RingCache(service.store, service.clock)
    for seconds in (0, 30, 29):
        service.clock.advance(seconds)
        cache.read("default")
    assert service.calls.names == ["store.load"]
    service.clock.advance(1)
    cache.read("default")
    assert service.calls.names == ["store.load"] * 2


def test_its_age_counts_from_before_the_read() -> None:
    """A slow answer is old when it arrives."""
    service = TokenService()
    service.open(policy={"signer_cache": 60})
    cache = RingCache(service.store, service.clock)
    asked_at = service.clock()
    service.calls.after = lambda _: service.clock.advance(20)
    assert cache.read("default").at == asked_at
    service.clock.advance(39)
    assert cache.read("default").at == asked_at + 59
    service.clock.advance(1)
    cache.read("default")
    assert service.calls.names == ["store.load"] * 2


def test_while_dynamodb_is_down_a_ring_lives_no_longer() -> None:
    """It signs until its time is over, and then not at all."""
    service = TokenService()
    service.open(policy={"signer_cache": 60})
    cache = RingCache(service.store, service.clock)
    cache.read("default")
    service.calls.before = _down
    service.clock.advance(59)
    cache.read("default")
    service.clock.advance(1)
    for _ in range(2):
        with pytest.raises(KeyRingUnavailable):
            cache.read("default")


def test_a_clock_set_back_makes_the_ring_unknown() -> None:
    """Of a ring read in the future nobody knows the age."""
    service = TokenService()
    service.open()
    cache = RingCache(service.store, service.clock)
    cache.read("default")
    service.clock.advance(-1)
    cache.read("default")
    assert service.calls.names == ["store.load"] * 2


def test_no_cache_at_all() -> None:
    """`signer_cache` of 0 reads the ring for each token."""
    service = TokenService()
    service.open(policy={"signer_cache": 0})
    cache = RingCache(service.store, service.clock)
    for _ in range(2):
        cache.read("default")
    assert service.calls.names == ["store.load"] * 2


def test_rings_that_may_not_be_signed_from_are_not_kept() -> None:
    """An issuer made a moment later is known at once; a ring that was restored is used once it is checked."""
    service = TokenService()
    cache = RingCache(service.store, service.clock)
    with pytest.raises(UnknownIssuer):
        cache.read("default")
    ring = service.open()
    cache.read("default")
    service.clock.advance(60)
    service.store.restore({"default": ring})
    with pytest.raises(KeyRingUnavailable):
        cache.read("default")
    service.store.rings["default"] = ring
    assert cache.read("default").ring == ring


def test_only_the_very_ring_is_dropped() -> None:
    """A thread that saw an older ring fail does not throw away what another has read since."""
    service = TokenService()
    first = service.open(policy={"signer_cache": 60})
    cache = RingCache(service.store, service.clock)
    cache.read("default")
    cache.drop(first)
    second = service.change(lambda ring: ring)
    cache.read("default")
    cache.drop(first)
    assert cache.read("default").ring is second
    assert service.calls.names == ["store.load"]


def test_threads_that_wait_share_one_read() -> None:
    """A cold batch asks DynamoDB once."""
    service = TokenService()
    service.open()
    cache = RingCache(service.store, service.clock)
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: cache.read("default").ring, range(32)))
    assert len(set(map(id, rings))) == 1
    assert service.calls.names == ["store.load"]
