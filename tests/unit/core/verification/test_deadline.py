"""One verification waits for others no longer than its time, however many of them it needs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.verification.deadline import TIMEOUT, Deadline
from jwx.verification.fetched import Fetched, FetchFailed
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwks, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
DENY_LIST = f"{ISSUER}/revoked.json"


class SlowEndpoint(KeyEndpoint):
    """Each document takes its seconds of the clock, and comes only if these are granted to it."""

    def __init__(self, clock: FakeClock, seconds: Mapping[str, float]) -> None:
        place = json.dumps({"issuer": ISSUER, "jwks_uri": JWKS_URI}).encode()
        nobody = json.dumps({"issuer": ISSUER, "tokens": []}).encode()
        super().__init__({DISCOVERY: place, JWKS_URI: jwks("ES256"), DENY_LIST: nobody})
        self.seconds, self.granted = dict(seconds), list[float]()
        self._clock = clock

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        self.granted.append(timeout)
        self._clock.advance(min(self.seconds[url], timeout))
        if self.seconds[url] >= timeout:
            self.asked.append((url, etag))
            raise FetchFailed("too slow")
        return super().__call__(url, etag=etag)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def verifier(endpoint: SlowEndpoint, clock: FakeClock) -> Verifier:
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], deny_list_uri=DENY_LIST)
    return Verifier(trusted, fetch=endpoint, clock=clock, timer=lambda: clock.exact)


def unavailable(verifier: Verifier, candidate: str) -> str:
    with pytest.raises(VerificationError) as caught:
        verifier.verify(candidate)
    assert caught.value.retryable
    return caught.value.reason


def test_a_deadline_counts_down_to_nothing_and_no_further() -> None:
    """By a clock that nobody sets."""
    timer = FakeClock(0)
    deadline = Deadline(2.0, lambda: timer.exact)
    timer.advance(1.5)
    assert (deadline.left(), deadline.require()) == (0.5, 0.5)
    timer.advance(9)
    assert deadline.left() == 0
    with pytest.raises(TimeoutError):
        deadline.require()


def test_a_part_of_a_deadline_never_outlives_it() -> None:
    """A second of it is a second, or what is left."""
    timer = FakeClock(0)
    deadline = Deadline(2.0, lambda: timer.exact)
    assert deadline.at_most(1.0).left() == 1
    timer.advance(1.5)
    assert deadline.at_most(1.0).left() == 0.5


def test_documents_that_are_slow_one_by_one_share_the_time_of_one(clock: FakeClock) -> None:
    """Three that take two seconds each would take six; the answer is there in three."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 2, JWKS_URI: 2, DENY_LIST: 2})
    assert unavailable(verifier(endpoint, clock), token()) == "keys_unavailable"
    assert clock.exact - NOW == TIMEOUT
    assert endpoint.granted == [3, 1]


def test_what_came_in_time_is_kept_so_that_the_next_token_gets_further(clock: FakeClock) -> None:
    """Slow documents delay the first tokens; they do not shut the door for ever."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 2, JWKS_URI: 2, DENY_LIST: 2})
    asking = verifier(endpoint, clock)
    assert unavailable(asking, token()) == "keys_unavailable"
    clock.advance(5)
    assert unavailable(asking, token()) == "deny_list_unavailable"
    clock.advance(5)
    assert asking.verify(token()) == claims()
    assert [url for url, _ in endpoint.asked] == [DISCOVERY, JWKS_URI, JWKS_URI, DENY_LIST, DENY_LIST]


def test_who_has_no_time_left_asks_nobody(clock: FakeClock) -> None:
    """And no failure is counted against an endpoint that was not asked: the next token asks it at once."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 0, JWKS_URI: 0, DENY_LIST: 0})
    asking = verifier(endpoint, clock)
    asking.verify(token())
    clock.advance(30)
    endpoint.seconds[JWKS_URI] = 9  # it hangs from now on
    endpoint.asked.clear()
    before = clock.exact
    assert asking.verify(token(jti="other"))
    assert clock.exact - before == TIMEOUT
    assert [url for url, _ in endpoint.asked] == [JWKS_URI]
    asking.verify(token(jti="another"))
    assert [url for url, _ in endpoint.asked] == [JWKS_URI, DENY_LIST]


def test_after_a_fetch_that_kept_to_no_time_nobody_else_is_asked(clock: FakeClock) -> None:
    """A client of the caller's own may take as long as it likes; what it took is gone all the same."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 0, JWKS_URI: 0, DENY_LIST: 0})

    def heedless(url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        clock.advance(TIMEOUT + 1)
        return endpoint(url, etag=etag, timeout=timeout)

    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE])
    asking = Verifier(trusted, fetch=heedless, clock=clock, timer=lambda: clock.exact)
    assert unavailable(asking, token()) == "keys_unavailable"
    assert [url for url, _ in endpoint.asked] == [DISCOVERY]


def test_a_token_seen_before_waits_no_longer_than_a_new_one(clock: FakeClock) -> None:
    """Its look at the documents and the full verification after it are one verification."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 0, JWKS_URI: 0, DENY_LIST: 0})
    asking, seen = verifier(endpoint, clock), token(exp=NOW + 90_000)
    asking.verify(seen)
    clock.advance(30 + 3600)
    endpoint.seconds |= {DISCOVERY: 9, JWKS_URI: 9, DENY_LIST: 9}
    before = clock.exact
    assert unavailable(asking, seen) == "keys_unavailable"
    assert clock.exact - before == TIMEOUT


def test_a_discovery_document_that_hangs_leaves_time_for_keys_whose_place_is_known(clock: FakeClock) -> None:
    """It gets half, and is left alone for a minute; the key set is renewed meanwhile as ever."""
    endpoint = SlowEndpoint(clock, {DISCOVERY: 0, JWKS_URI: 1, DENY_LIST: 0})
    asking = verifier(endpoint, clock)
    asking.verify(token())
    clock.advance(3600)
    endpoint.seconds[DISCOVERY] = 9
    endpoint.asked.clear()
    for number in range(3):
        assert asking.verify(token(jti=str(number), exp=NOW + 90_000))
        clock.advance(30)
    assert [url for url, _ in endpoint.asked].count(DISCOVERY) == 2
    assert [url for url, _ in endpoint.asked].count(JWKS_URI) == 3


def test_nobody_waits_for_another_threads_fetch_beyond_the_time() -> None:
    """The second thread has nothing to judge with, and says so when its own time is over."""
    started, finish = threading.Event(), threading.Event()

    def stuck(url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        started.set()
        finish.wait(10)
        raise FetchFailed("stuck")

    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI)
    asking = Verifier(trusted, fetch=stuck, timeout=0.2)
    first = threading.Thread(target=lambda: unavailable(asking, token()))
    first.start()
    assert started.wait(5)
    begin = time.monotonic()
    assert unavailable(asking, token()) == "keys_unavailable"
    assert 0.15 < time.monotonic() - begin < 3
    finish.set()
    first.join()


@pytest.fixture
def slow_server() -> Iterator[tuple[str, list[str]]]:
    """Every document after 0.4 seconds, from a real server; records what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            time.sleep(0.4)
            issuer = f"http://{self.headers['Host']}"
            body = {
                "/.well-known/openid-configuration": json.dumps(
                    {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
                ).encode(),
                "/keys": jwks("ES256"),
                "/revoked": json.dumps({"issuer": issuer, "tokens": []}).encode(),
            }[self.path]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """`asked` is the log."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # whoever asked has gone

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.slow
def test_a_real_endpoint_that_is_slow_three_times_takes_the_time_of_one(
    slow_server: tuple[str, list[str]],
) -> None:
    """Over real sockets: 1 s in all for three documents of 0.4 s; then what is missing, and it is done."""
    url, asked = slow_server
    trusted = TrustedIssuer(issuer=url, audiences=[AUDIENCE], deny_list_uri=f"{url}/revoked")
    asking, now = Verifier(trusted, timeout=1), int(time.time())
    good = token(iss=url, iat=now, exp=now + 600)
    begin = time.monotonic()
    assert unavailable(asking, good) == "deny_list_unavailable"
    assert 0.9 < time.monotonic() - begin < 2
    time.sleep(1.1)  # after a failure the next try waits for a second
    assert asking.verify(good)["iss"] == url
    assert asked == ["/.well-known/openid-configuration", "/keys", "/revoked", "/revoked"]
