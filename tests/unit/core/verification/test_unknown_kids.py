"""A `kid` that is not in the set: new keys are found at once, and made-up ones cost next to nothing."""

from __future__ import annotations

from jwx.jose.jwa import algorithm
from jwx.jose.jwk import jwk_set_document
from jwx.verification.deadline import Deadline
from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import jwk, jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.unit.core.verification.key_sets import ES256, KID, UNKNOWN, reason_of


def test_a_new_key_is_found_at_once(cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """An unknown kid costs one fetch, and the token that brought it is judged with the answer."""
    cache.current()
    endpoint.documents[JWKS_URI] = jwks("ES256", "Ed25519")
    clock.advance(1)
    assert cache.find(jwk("Ed25519")["kid"], algorithm("Ed25519"), Deadline()).kty == "OKP"


def test_an_unknown_kid_is_asked_for_once(cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """And then remembered for a while."""
    cache.current()
    clock.advance(1)
    for _ in range(50):
        clock.advance(0.1)
        assert reason_of(lambda: cache.find("nobody", ES256, Deadline())) == UNKNOWN
    assert len(endpoint.asked) == 2


def test_the_set_is_asked_before_the_memory_of_unknown_kids(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """A kid that was unknown a moment ago serves as soon as any refresh brought it."""
    kid = jwk("ES256", 1)["kid"]
    cache.current()
    clock.advance(1)
    assert reason_of(lambda: cache.find(kid, ES256, Deadline())) == UNKNOWN
    endpoint.documents[JWKS_URI] = jwk_set_document([jwk("ES256", 1)])
    clock.advance(1)
    assert reason_of(lambda: cache.find("another", ES256, Deadline())) == UNKNOWN
    assert cache.find(kid, ES256, Deadline()).kid == kid


def test_a_thousand_random_kids_cost_the_endpoint_next_to_nothing(
    endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """The first fetch, and the budget: five at once, one each ten seconds. Time passes between any two."""
    cache = JwksCache(lambda *_: JWKS_URI, endpoint, lambda: clock.exact)
    cache.current()
    for number in range(1000):
        clock.advance(0.009)
        assert reason_of(lambda n=number: cache.find(f"random-{n}", ES256, Deadline())) == UNKNOWN  # type: ignore[misc]
    assert len(endpoint.asked) <= 1 + 5
    assert cache.find(KID, ES256, Deadline()).kid == KID


def test_the_budget_comes_back(cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """Ten seconds later there is one more fetch for an unknown kid, and no more than one."""
    cache.current()
    clock.advance(1)
    for number in range(20):
        reason_of(lambda n=number: cache.find(f"early-{n}", ES256, Deadline()))  # type: ignore[misc]
    spent = len(endpoint.asked)
    clock.advance(11)
    for number in range(20):
        reason_of(lambda n=number: cache.find(f"late-{n}", ES256, Deadline()))  # type: ignore[misc]
    assert len(endpoint.asked) == spent + 1


def test_a_kid_too_long_to_remember_is_neither_asked_for_nor_remembered(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Else a thousand of them would fill the memory."""
    for _ in range(2):
        assert reason_of(lambda: cache.find("k" * 257, ES256, Deadline())) == UNKNOWN
        clock.advance(1)
    assert len(endpoint.asked) == 1
    assert not cache._unknown


def test_the_memory_of_unknown_kids_is_bounded(cache: JwksCache, clock: FakeClock) -> None:
    """Whoever sends random ones fills no memory."""
    for number in range(3000):
        reason_of(lambda n=number: cache.find(f"random-{n}", ES256, Deadline()))  # type: ignore[misc]
    assert 0 < len(cache._unknown) <= 1024


def test_an_unknown_kid_in_a_set_fetched_for_this_token_costs_no_second_fetch(
    cache: JwksCache, endpoint: KeyEndpoint
) -> None:
    """The set is as new as it can be."""
    assert reason_of(lambda: cache.find("nobody", ES256, Deadline())) == UNKNOWN
    assert len(endpoint.asked) == 1
