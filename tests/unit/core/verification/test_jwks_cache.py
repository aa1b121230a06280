"""The key set cache: fresh within a minute, and no more questions than that takes."""

from __future__ import annotations

import threading

import pytest

from jwx.verification.deadline import Deadline
from jwx.verification.fetched import Fetched, FetchFailed
from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.unit.core.verification.key_sets import ES256, KID, UNAVAILABLE, UNKNOWN, reason_of


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
    cache = JwksCache(lambda *_: JWKS_URI, lambda url, etag=None, timeout=3: Fetched(None), clock)
    assert reason_of(cache.current) == UNAVAILABLE


def test_a_304_that_does_not_repeat_the_etag_means_the_one_we_sent(clock: FakeClock) -> None:
    """The third question is conditional as well: not every server repeats what RFC 9110 wants repeated."""
    asked: list[str | None] = []

    def forgetful(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(etag)
        return Fetched(None, None, 300) if etag else Fetched(jwks("ES256"), '"v1"', 300)

    cache = JwksCache(lambda *_: JWKS_URI, forgetful, clock)
    for _ in range(3):
        cache.current()
        clock.advance(30)
    assert asked == [None, '"v1"', '"v1"']


def test_the_etag_of_another_url_is_not_sent(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """After discovery moved the key set, a 304 from the new place would mean another document."""
    urls = iter([JWKS_URI, "https://other.example/jwks"])
    endpoint.documents["https://other.example/jwks"] = jwks("ES256")
    cache = JwksCache(lambda *_: next(urls), endpoint, clock)
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


def test_an_endpoint_that_insists_on_an_empty_set_is_believed(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """With must-revalidate: its only key was revoked."""
    cache.current()
    endpoint.documents[JWKS_URI], endpoint.must_revalidate = b'{"keys":[]}', True
    clock.advance(30)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNKNOWN


def test_a_frozen_function_wakes_up_to_a_stale_set(
    cache: JwksCache, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Frozen for two hours between invocations: the first question after it asks the endpoint."""
    cache.current()
    endpoint.documents[JWKS_URI] = jwks("RS256")
    clock.advance(7200)
    assert reason_of(lambda: cache.find(KID, ES256, Deadline())) == UNKNOWN


def test_who_waited_for_anothers_fetch_does_not_repeat_it(clock: FakeClock) -> None:
    """Both have nothing to go on with; one asks, and its answer is the other's."""
    started, finish = threading.Event(), threading.Event()
    asked = []

    def slow(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        asked.append(url)
        started.set()
        finish.wait(5)
        return Fetched(jwks("ES256"))

    cache = JwksCache(lambda *_: JWKS_URI, slow, clock)
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

    cache = JwksCache(lambda *_: JWKS_URI, slow, clock)
    cache.current()
    clock.advance(30)
    renewing = threading.Thread(target=cache.current)
    renewing.start()
    assert started.wait(5)
    assert cache.find(KID, ES256, Deadline()).kid == KID
    finish.set()
    renewing.join()
    assert len(asked) == 2
