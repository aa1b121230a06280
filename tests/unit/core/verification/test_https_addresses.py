"""A host of several addresses, some of them dead, deaf or half alive: together they get one deadline."""

from __future__ import annotations

import socket
import time

import pytest

from jwx.verification.deadline import Deadline
from jwx.verification.fetched import FetchFailed
from jwx.verification.https import fetch_json
from tests.fakes.lying_server import BODY, drip, http, server

pytestmark = pytest.mark.slow  # real seconds pass


def test_an_address_that_does_not_answer_leaves_time_for_the_next() -> None:
    """One dead address of several is no outage: each gets its share of the time that is left."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.socket() as fills_it:
        fills_it.connect(deaf.getsockname())
        dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", deaf.getsockname())

        def resolve(host: str, port: int, _: Deadline) -> list[object]:
            return [dead, *socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

        with server(lambda connection: connection.sendall(http())) as (url, _):
            started = time.monotonic()
            assert fetch_json(url, timeout=4, resolve=resolve).body == BODY
            assert time.monotonic() - started > 1.5


def test_an_address_that_hangs_in_its_handshake_leaves_time_for_the_next() -> None:
    """TLS is part of an address's share: the second one is asked, and heard, after half of the time.

    Had the first one taken all of it, the failure would be a TimeoutError. The other half, two seconds, is
    what a busy machine may dawdle. The second port is bound and not listened to: so it is nobody else's.
    """
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", each.getsockname()) for each in (silent, shut)
        ]
        with pytest.raises(FetchFailed, match="ConnectionRefusedError"):
            fetch_json("https://issuer.example", timeout=4, resolve=lambda host, port, _: addresses)


def test_a_handshake_that_drips_meets_the_deadline() -> None:
    """Each byte comes in time, and all of them would take seconds."""
    hello = b"\x16\x03\x03\x40\x00" + bytes(40)
    begin = time.monotonic()
    with server(lambda connection: drip(connection, hello)) as (url, _), pytest.raises(FetchFailed):
        fetch_json(url.replace("http://", "https://"), timeout=0.4)
    assert 0.3 < time.monotonic() - begin < 1.5


def test_many_dead_addresses_share_one_deadline() -> None:
    """Each but the last takes half of what is left; the sum is the time of one fetch."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.socket() as fills_it:
        fills_it.connect(deaf.getsockname())
        dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", deaf.getsockname())
        begin = time.monotonic()
        with pytest.raises(FetchFailed, match="TimeoutError"):
            fetch_json("https://issuer.example", timeout=0.5, resolve=lambda host, port, _: [dead] * 20)
        assert 0.45 < time.monotonic() - begin < 1.5


def test_an_address_of_an_unknown_family_is_passed_over() -> None:
    """Name servers tell of IPv6 also where the machine was built without it."""
    with server(lambda connection: connection.sendall(http())) as (url, _):
        port = int(url.rpartition(":")[2].partition("/")[0])
        ours = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))
        found = fetch_json(url, resolve=lambda *_: [(99, socket.SOCK_STREAM, 0, "", ("::1", port)), ours])
    assert found.body == BODY


def test_a_closed_port_is_a_failure() -> None:
    """And no other exception."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchFailed):
        fetch_json(f"http://127.0.0.1:{port}/jwks")
