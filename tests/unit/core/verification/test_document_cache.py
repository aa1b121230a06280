"""A kept document: what a 304 may prolong, and how long anybody waits while the endpoint fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from jwx.errors import VerificationError
from jwx.verification.deadline import TIMEOUT, Deadline
from jwx.verification.document_cache import HASTE, MAX_BACKOFF, PATIENCE_EVERY, CacheLimits, DocumentCache
from jwx.verification.fetched import Fetched, FetchFailed
from tests.fakes.clock import FakeClock

LIMITS = CacheLimits()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Endpoint:
    """Answers after so many seconds, if it is granted more; notes who asked when, and what was granted."""

    def __init__(self, clock: FakeClock, seconds: float = 0) -> None:
        self.clock, self.seconds, self.asked = clock, seconds, list[tuple[float, float]]()

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        self.asked.append((self.clock.exact, timeout))
        self.clock.advance(min(self.seconds, timeout))
        if self.seconds >= timeout:
            raise FetchFailed("too slow")
        return Fetched(str(self.clock.exact).encode())


class Scripted:
    """Gives these answers in turn; None fails. Notes the conditions that it was sent."""

    def __init__(self, answers: Iterable[Fetched | None]) -> None:
        self.answers, self.conditions = iter(answers), list[str | None]()

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        self.conditions.append(etag)
        answer = next(self.answers)
        if answer is None:
            raise FetchFailed("down")
        return answer


def cache_of(
    fetch: Callable[..., Fetched], clock: FakeClock, limits: CacheLimits = LIMITS
) -> DocumentCache[bytes]:
    return DocumentCache(
        lambda *_: "https://issuer.example/doc",
        lambda answer: answer.body or b"",
        fetch,
        lambda: clock.exact,
        limits,
        unavailable="down",
    )


def ask(cache: DocumentCache[bytes], clock: FakeClock) -> bytes:
    return cache.current(Deadline(TIMEOUT, lambda: clock.exact))


def test_a_304_for_another_document_does_not_prolong_ours(clock: FakeClock) -> None:
    """RFC 9111 section 4.3.4: else each further 304 would keep a revoked key alive, for ever."""
    fetch = Scripted([Fetched(b"old", '"a"'), Fetched(None, '"b"'), Fetched(b"new", '"b"')])
    cache = cache_of(fetch, clock)
    seen = []
    for _ in range(3):
        seen.append(ask(cache, clock))
        clock.advance(LIMITS.ceiling)
    assert seen == [b"old", b"old", b"new"]
    assert fetch.conditions == [None, '"a"', None]


@pytest.mark.parametrize("told", ['"a"', 'W/"a"', None])
def test_a_304_for_ours_prolongs_it(clock: FakeClock, told: str | None) -> None:
    """Weak or strong, the ETag names one document; none at all means the one that was asked about."""
    cache = cache_of(Scripted([Fetched(b"old", '"a"'), Fetched(None, told)]), clock)
    ask(cache, clock)
    clock.advance(LIMITS.ceiling)
    assert ask(cache, clock) == b"old"
    assert cache.copy is not None
    assert cache.copy.is_fresh(clock.exact)


def test_a_304_to_a_question_without_condition_is_no_answer(clock: FakeClock) -> None:
    """Nobody asked whether anything was modified."""
    cache = cache_of(Scripted([Fetched(b"old"), Fetched(None, None)]), clock)
    ask(cache, clock)
    clock.advance(LIMITS.ceiling)
    ask(cache, clock)
    assert cache.copy is not None
    assert not cache.copy.is_fresh(clock.exact)


def test_an_endpoint_that_chokes_on_the_condition_is_asked_without(clock: FakeClock) -> None:
    """Else this process would never again get the document, though anybody new does."""
    fetch = Scripted([Fetched(b"old", "bad"), None, Fetched(b"new", "bad")])
    cache = cache_of(fetch, clock)
    for _ in range(3):
        found = ask(cache, clock)
        clock.advance(LIMITS.ceiling)
    assert (found, fetch.conditions) == (b"new", [None, "bad", None])


def test_what_was_fetched_for_a_question_answers_it(clock: FakeClock) -> None:
    """Also when nothing may be kept at all, and when the fetch took longer than a clock may be wrong."""
    limits = CacheLimits(floor=0, ceiling=0, stale_if_error=0)
    assert ask(cache_of(Scripted([Fetched(b"now")]), clock, limits), clock) == b"now"
    slow = cache_of(Endpoint(clock, 20), clock, limits)
    assert slow.current(Deadline(30, lambda: clock.exact))


def stale_cache(clock: FakeClock, limits: CacheLimits = LIMITS) -> tuple[DocumentCache[bytes], Endpoint]:
    """With a copy that wants renewal, and an endpoint that hangs from now on."""
    endpoint = Endpoint(clock)
    cache = cache_of(endpoint, clock, limits)
    ask(cache, clock)
    clock.advance(limits.ceiling)
    endpoint.seconds = 99
    endpoint.asked.clear()
    return cache, endpoint


def busy(cache: DocumentCache[bytes], clock: FakeClock, seconds: float) -> float:
    """One request each tenth of a second: how long they waited in all."""
    ends_at, waited = clock.exact + seconds, 0.0
    while clock.exact < ends_at:
        before = clock.exact
        ask(cache, clock)
        waited += clock.exact - before
        clock.advance(0.1)
    return waited


def test_who_has_a_copy_waits_little_through_an_outage(clock: FakeClock) -> None:
    """Less than a fourth of the time, with a try each five seconds as ever."""
    cache, endpoint = stale_cache(clock)
    assert 600 / 10 < busy(cache, clock, 600) < 600 / 4
    tries = endpoint.asked
    gaps = [later - at - granted for (at, granted), (later, _) in pairwise(tries)]
    assert max(gaps) <= MAX_BACKOFF + 0.2
    assert {round(granted, 3) for _, granted in tries} == {HASTE, TIMEOUT}


def test_the_first_try_of_an_outage_and_one_each_minute_have_all_the_time(clock: FakeClock) -> None:
    """An endpoint that came back slow is heard within about a minute."""
    cache, endpoint = stale_cache(clock)
    busy(cache, clock, 300)
    patient = [at for at, granted in endpoint.asked if granted > HASTE]
    assert patient[0] == endpoint.asked[0][0]
    gaps = [later - earlier for earlier, later in pairwise(patient)]
    assert max(gaps) <= PATIENCE_EVERY + MAX_BACKOFF + HASTE + 0.2
    endpoint.seconds = 2
    busy(cache, clock, PATIENCE_EVERY + MAX_BACKOFF + HASTE + TIMEOUT)
    assert cache.copy is not None
    assert cache.copy.asked_at > patient[-1]


@pytest.mark.parametrize("stale_if_error", [15, 40, 200, 235])
def test_a_copy_that_is_about_to_be_over_is_worth_all_the_time(
    clock: FakeClock, stale_if_error: float
) -> None:
    """An endpoint that comes back slow in the last seconds is heard before the copy is over."""
    cache, endpoint = stale_cache(clock, CacheLimits(stale_if_error=stale_if_error))
    over_at = clock.exact + stale_if_error
    busy(cache, clock, stale_if_error - 2 * MAX_BACKOFF - 0.5)
    endpoint.seconds = 2
    busy(cache, clock, over_at - clock.exact - 0.1)
    assert cache.copy is not None
    assert cache.copy.usable_until > over_at


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_a_slow_endpoint_is_as_good_as_a_quick_one(clock: FakeClock, seconds: float) -> None:
    """Each renewal succeeds at its first try, so that what left the endpoint is gone within the ceiling."""
    endpoint = Endpoint(clock, seconds)
    cache = cache_of(endpoint, clock)
    for _ in range(100):
        ask(cache, clock)
        assert cache.copy is not None
        assert cache.copy.is_fresh(clock.exact)
        clock.advance(7)
    assert all(granted == TIMEOUT for _, granted in endpoint.asked)


def test_without_a_usable_copy_every_try_has_all_the_time(clock: FakeClock) -> None:
    """There is nothing to go on with meanwhile."""
    endpoint = Endpoint(clock, 99)
    cache = cache_of(endpoint, clock)
    for _ in range(20):
        with pytest.raises(VerificationError):
            ask(cache, clock)
        clock.advance(1)
    assert all(granted == TIMEOUT for _, granted in endpoint.asked)


@pytest.mark.parametrize("outage", range(30, 130, 7))
def test_recovery_takes_five_seconds(clock: FakeClock, outage: int) -> None:
    """Once the endpoint is back, whenever that is between two tries."""
    cache, endpoint = stale_cache(clock)
    busy(cache, clock, outage)
    endpoint.seconds, back_at = 0.3, clock.exact
    busy(cache, clock, MAX_BACKOFF + 0.2)
    assert cache.copy is not None
    assert cache.copy.asked_at >= back_at
