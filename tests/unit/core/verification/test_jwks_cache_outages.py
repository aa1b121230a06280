"""The key set cache through an outage: steady up to its bound, and quick to recover."""

from __future__ import annotations

import pytest

from jwx.verification.deadline import Deadline
from jwx.verification.document_cache import CacheLimits
from jwx.verification.fetched import Fetched
from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.unit.core.verification.key_sets import ES256, KID, UNAVAILABLE, reason_of


def down(endpoint: KeyEndpoint) -> None:
    endpoint.documents.clear()


def test_known_keys_outlive_an_outage_up_to_the_bound(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """An hour by default, and then it is a 500: a removed key does not live for ever."""
    cache.current()
    down(endpoint)
    clock.advance(30 + 3599)
    assert cache.find(KID, ES256, Deadline()).kid == KID
    clock.advance(1)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNAVAILABLE


def test_stale_sets_can_be_turned_off(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """With a bound of 0 nothing is judged with a set that could not be renewed."""
    cache = JwksCache(lambda *_: JWKS_URI, endpoint, clock, CacheLimits(stale_if_error=0))
    cache.current()
    down(endpoint)
    clock.advance(30)
    assert reason_of(cache.current) == UNAVAILABLE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":[{"kty":"oct","k":"AA"}]}',
        jwks("ES256")[:-9],
        jwks("ES256").decode().encode("utf-16"),
        b'{"keys":[],"keys":[]}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_garbage_is_an_outage(cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock, body: bytes) -> None:
    """At the start it is a 500; in the middle the set from before stays in force."""
    good = endpoint.documents[JWKS_URI]
    endpoint.documents[JWKS_URI] = body
    assert reason_of(cache.current) == UNAVAILABLE
    endpoint.documents[JWKS_URI] = good
    clock.advance(5)
    cache.current()
    endpoint.documents[JWKS_URI] = body
    clock.advance(30)
    assert cache.find(KID, ES256, Deadline()).kid == KID


def test_failures_are_spaced_and_recovery_takes_five_seconds_at_most(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """An outage of ten minutes is asked about every five seconds; the first try after it succeeds."""
    down(endpoint)
    for _ in range(600):
        assert reason_of(cache.current) == UNAVAILABLE
        clock.advance(1)
    assert 600 / 5 <= len(endpoint.asked) <= 600 / 5 + 3
    endpoint.documents[JWKS_URI] = jwks("ES256")
    clock.advance(5)
    assert cache.find(KID, ES256, Deadline()).kid == KID


def test_the_attempt_counts_before_it_starts(clock: FakeClock) -> None:
    """An invocation that is killed in the middle of a fetch does not make the next one try at once."""
    asked = []

    def killed(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(url)
        raise KeyboardInterrupt

    cache = JwksCache(lambda *_: JWKS_URI, killed, clock)
    with pytest.raises(KeyboardInterrupt):
        cache.current()
    assert reason_of(cache.current) == UNAVAILABLE
    assert len(asked) == 1


@pytest.mark.parametrize("back", [6, 3600], ids=["some seconds", "an hour"])
def test_a_clock_that_goes_back_keeps_no_set_alive(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock, back: int
) -> None:
    """The age is unknown then: the set is fetched anew, and not used when that fails."""
    cache.current()
    clock.advance(-back)
    cache.current()
    assert len(endpoint.asked) == 2
    down(endpoint)
    clock.advance(-back)
    assert reason_of(cache.current) == UNAVAILABLE


def test_an_unknown_kid_while_the_refresh_fails_is_no_ones_fault(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """The key may be new and good: the caller is told to try again, not that the token is bad."""
    cache.current()
    down(endpoint)
    clock.advance(1)
    assert reason_of(lambda: cache.find("new", ES256, Deadline())) == UNAVAILABLE
    assert reason_of(lambda: cache.find("new", ES256, Deadline())) == UNAVAILABLE
    clock.advance(60)
    assert reason_of(lambda: cache.find("new", ES256, Deadline())) == UNAVAILABLE
