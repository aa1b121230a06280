"""Names to addresses, by resolvers that are slow, stuck or wrong."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from jwx.verification.deadline import Deadline
from jwx.verification.fetched import FetchFailed
from jwx.verification.https import fetch_json
from jwx.verification.name_lookup import NameLookup

ADDRESSES = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))]
GIVEN_UP = pytest.raises(TimeoutError, match="no address in time")


class Resolver:
    """Answers for a host once it is let to; records who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.may_answer = threading.Event()
        self.answered = threading.Semaphore(0)
        self.failures: list[Exception] = []

    def __call__(self, host: str, port: int, **kind: Any) -> list[Any]:
        self.asked.append((host, port, kind))
        try:
            if host != "quick.example":
                self.may_answer.wait(10)
            if self.failures:
                raise self.failures.pop(0)
            return ADDRESSES
        finally:
            self.answered.release()


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    resolver = Resolver()
    yield resolver
    resolver.may_answer.set()


def test_a_resolver_that_hangs_costs_a_fetch_no_more_than_its_time(resolver: Resolver) -> None:
    """`getaddrinfo` knows no time-out: by itself it would hold the fetch for as long as it likes."""
    begin = time.monotonic()
    with pytest.raises(FetchFailed, match="TimeoutError"):
        fetch_json("https://issuer.example.com", timeout=0.2, resolve=NameLookup(resolver))
    assert 0.15 < time.monotonic() - begin < 3


@pytest.mark.parametrize("connects", [True, False], ids=["silent", "deaf"])
def test_what_the_resolver_used_is_gone_for_the_connection(connects: bool) -> None:
    """One deadline for the whole exchange: name, connection, answer."""

    def late(host: str, port: int, **kind: int) -> list[Any]:
        time.sleep(0.6)
        return socket.getaddrinfo(host, port, **kind)

    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as fills_it:
        if not connects:
            fills_it.connect(listener.getsockname())
        begin = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks"
        with pytest.raises(FetchFailed, match="TimeoutError"):
            fetch_json(url, timeout=0.8, resolve=NameLookup(late))
        assert 0.75 < time.monotonic() - begin < 1.3


def test_the_system_is_asked_for_streams(resolver: Resolver) -> None:
    """Host and port as given; else each address would come three times."""
    resolver.may_answer.set()
    assert NameLookup(resolver)("issuer.example.com", 443, Deadline()) == ADDRESSES
    assert resolver.asked == [("issuer.example.com", 443, {"type": socket.SOCK_STREAM})]
    assert NameLookup()("127.0.0.1", 80, Deadline())[0][4] == ("127.0.0.1", 80)


def test_a_host_that_hangs_has_one_thread_however_often_it_is_asked_for(resolver: Resolver) -> None:
    """And no other host waits for it."""
    lookup = NameLookup(resolver)
    before = threading.active_count()
    for _ in range(5):
        with GIVEN_UP:
            lookup("issuer.example.com", 443, Deadline(0.02))
    assert lookup("quick.example", 443, Deadline(5)) == ADDRESSES
    assert [host for host, _, _ in resolver.asked] == ["issuer.example.com", "quick.example"]
    assert threading.active_count() <= before + 1


def test_a_late_answer_serves_who_waits_by_then(resolver: Resolver) -> None:
    """The second fetch joins the question of the first, which gave up."""
    lookup = NameLookup(resolver)
    with GIVEN_UP:
        lookup("issuer.example.com", 443, Deadline(0.02))
    threading.Timer(0.05, resolver.may_answer.set).start()
    assert lookup("issuer.example.com", 443, Deadline(5)) == ADDRESSES
    assert len(resolver.asked) == 1


def test_an_answer_that_nobody_waited_for_is_not_kept(resolver: Resolver) -> None:
    """Addresses change: the next fetch asks anew."""
    lookup = NameLookup(resolver)
    with GIVEN_UP:
        lookup("issuer.example.com", 443, Deadline(0.02))
    resolver.may_answer.set()
    assert resolver.answered.acquire(timeout=5)
    while lookup._under_way:
        time.sleep(0.001)
    assert lookup("issuer.example.com", 443, Deadline(5)) == ADDRESSES
    assert len(resolver.asked) == 2


def test_the_failure_of_a_question_from_before_is_no_failure_of_this_one(resolver: Resolver) -> None:
    """It may be as old as the process was frozen: who only joined it asks by itself."""
    resolver.failures.append(socket.gaierror("an hour ago"))
    lookup = NameLookup(resolver)
    with GIVEN_UP:
        lookup("issuer.example.com", 443, Deadline(0.02))
    threading.Timer(0.05, resolver.may_answer.set).start()
    assert lookup("issuer.example.com", 443, Deadline(5)) == ADDRESSES
    assert len(resolver.asked) == 2


@pytest.mark.parametrize(
    "failure", [socket.gaierror("unknown"), UnicodeError("label too long"), OSError("no network")], ids=repr
)
def test_a_name_that_cannot_be_found_is_a_failure_of_the_fetch(
    resolver: Resolver, failure: Exception
) -> None:
    """Whatever the resolver raises, by the one error."""
    resolver.may_answer.set()
    resolver.failures.append(failure)
    with pytest.raises(FetchFailed, match=type(failure).__name__):
        fetch_json("https://issuer.example.com", resolve=NameLookup(resolver))


def test_a_deadline_that_has_passed_asks_for_nothing_more(resolver: Resolver) -> None:
    """It is not waited for an instant longer."""
    with pytest.raises(TimeoutError):
        NameLookup(resolver)("issuer.example.com", 443, Deadline(0))
