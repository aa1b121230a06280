"""The key set cache: fresh within a minute, calm under attack, steady through an outage."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jwx.errors import VerificationError
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import jwk_set_document
from jwx.verification.deadline import Deadline
from jwx.verification.document_cache import CacheLimits
from jwx.verification.fetched import Fetched, FetchFailed
from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import NOW, jwk, jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

ES256 = algorithm("ES256")
KID = jwk("ES256")["kid"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def endpoint() -> KeyEndpoint:
    return KeyEndpoint({JWKS_URI: jwks("ES256")})


@pytest.fixture
def cache(endpoint: KeyEndpoint, clock: FakeClock) -> JwksCache:
    return JwksCache(lambda _: JWKS_URI, endpoint, clock)


def down(endpoint: KeyEndpoint) -> None:
    endpoint.documents.clear()


def reason_of(call: Callable[[], object]) -> tuple[str, bool]:
    with pytest.raises(VerificationError) as refusal:
        call()
    return refusal.value.reason, refusal.value.retryable


UNAVAILABLE = ("keys_unavailable", True)
UNKNOWN = ("unknown_key", False)


@pytest.mark.parametrize(
    ("fresh_for", "kept"), [(0, 10), (3, 10), (20, 20), (30, 30), (86400, 30), (None, 30)], ids=str
)
def test_a_set_is_kept_as_long_as_the_endpoint_says_between_floor_and_ceiling(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock, fresh_for: float | None, kept: int
) -> None:
    """Cache-Control decides, but nobody makes us ask more often than the floor or keep beyond the ceiling."""
    endpoint.fresh_for = fresh_for
    cache.current()
    clock.advance(kept - 1)
    cache.current()
    assert len(endpoint.asked) == 1
    clock.advance(1)
    cache.current()
    assert len(endpoint.asked) == 2


def test_a_copy_is_revalidated_and_not_parsed_anew(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """The second question carries the ETag, and a 304 leaves the very same set in force."""
    before = cache.current()
    clock.advance(30)
    assert cache.current() is before
    assert [etag is not None for _, etag in endpoint.asked] == [False, True]


def test_a_304_without_a_copy_is_no_answer(clock: FakeClock) -> None:
    """An endpoint cannot make us trust a set that we do not have."""
    cache = JwksCache(lambda _: JWKS_URI, lambda url, etag=None, timeout=3: Fetched(None), clock)
    assert reason_of(cache.current) == UNAVAILABLE


def test_a_304_that_does_not_repeat_the_etag_means_the_one_we_sent(clock: FakeClock) -> None:
    """The third question is conditional as well: not every server repeats what RFC 9110 wants repeated."""
    asked: list[str | None] = []

    def forgetful(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(etag)
        return Fetched(None, None, 300) if etag else Fetched(jwks("ES256"), '"v1"', 300)

    cache = JwksCache(lambda _: JWKS_URI, forgetful, clock)
    for _ in range(3):
        cache.current()
        clock.advance(30)
    assert asked == [None, '"v1"', '"v1"']


def test_the_etag_of_another_url_is_not_sent(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """After discovery moved the key set, a 304 from the new place would mean another document."""
    urls = iter([JWKS_URI, "https://other.example/jwks"])
    endpoint.documents["https://other.example/jwks"] = jwks("ES256")
    cache = JwksCache(lambda _: next(urls), endpoint, clock)
    cache.current()
    clock.advance(30)
    cache.current()
    assert endpoint.asked[1] == ("https://other.example/jwks", None)


def test_a_revoked_key_is_gone_within_the_ceiling(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """However long the endpoint lets others keep the set."""
    endpoint.fresh_for = 86400
    assert cache.find(KID, ES256, Deadline()).kid == KID
    endpoint.documents[JWKS_URI] = jwks("RS256")
    clock.advance(30)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNKNOWN


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
    cache = JwksCache(lambda _: JWKS_URI, endpoint, lambda: clock.exact)
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
    cache = JwksCache(lambda _: JWKS_URI, endpoint, clock, CacheLimits(stale_if_error=0))
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


def test_an_endpoint_that_insists_on_an_empty_set_is_believed(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """With must-revalidate: its only key was revoked."""
    cache.current()
    endpoint.documents[JWKS_URI], endpoint.must_revalidate = b'{"keys":[]}', True
    clock.advance(30)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNKNOWN


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

    cache = JwksCache(lambda _: JWKS_URI, killed, clock)
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


def test_a_frozen_function_wakes_up_to_a_stale_set(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Frozen for two hours between invocations: the first question after it asks the endpoint."""
    cache.current()
    endpoint.documents[JWKS_URI] = jwks("RS256")
    clock.advance(7200)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNKNOWN


def test_an_unknown_kid_in_a_set_fetched_for_this_token_costs_no_second_fetch(
    cache: JwksCache, endpoint: KeyEndpoint
) -> None:
    """The set is as new as it can be."""
    assert reason_of(lambda: cache.find("nobody", ES256, Deadline())) == UNKNOWN
    assert len(endpoint.asked) == 1


def test_who_waited_for_anothers_fetch_does_not_repeat_it(clock: FakeClock) -> None:
    """Both have nothing to go on with; one asks, and its answer is the other's."""
    started, finish = threading.Event(), threading.Event()
    asked = []

    def slow(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(url)
        started.set()
        finish.wait(5)
        return Fetched(jwks("ES256"))

    cache = JwksCache(lambda _: JWKS_URI, slow, clock)
    found = []
    threads = [threading.Thread(target=lambda: found.append(cache.current())) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert started.wait(5)
    threading.Timer(0.05, finish.set).start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert found[0] is found[1]


def test_one_fetch_at_a_time_and_nobody_waits_who_need_not(clock: FakeClock) -> None:
    """While one thread renews the set, another goes on with the copy that is still usable."""
    started, finish = threading.Event(), threading.Event()
    answers = [jwks("ES256")]
    asked = []

    def slow(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(url)
        if len(asked) > 1:
            started.set()
            if not finish.wait(5):
                raise FetchFailed("nobody let it finish")
        return Fetched(answers[0])

    cache = JwksCache(lambda _: JWKS_URI, slow, clock)
    cache.current()
    clock.advance(30)
    renewing = threading.Thread(target=cache.current)
    renewing.start()
    assert started.wait(5)
    assert cache.find(KID, ES256, Deadline()).kid == KID
    finish.set()
    renewing.join()
    assert len(asked) == 2
