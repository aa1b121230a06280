"""The one socket of the core, against real servers that behave, lie, drip and flood."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from jwx.verification.deadline import TIMEOUT
from jwx.verification.fetched import Fetched, FetchFailed
from jwx.verification.https import MAX_SIZE, fetch_json
from tests.fakes.lying_server import BODY, drip, http, server

pytestmark = pytest.mark.slow  # real seconds pass


def fetch(answer: bytes, etag: str | None = None) -> Fetched:
    with server(lambda connection: connection.sendall(answer)) as (url, _):
        return fetch_json(url, etag=etag)


def test_a_document_comes_with_its_caching() -> None:
    """Body, ETag, and the seconds that it is fresh, less its age."""
    answer = http(ETag='"a"', Cache_Control="public, max-age=300", Age="100")
    assert fetch(answer) == Fetched(BODY, '"a"', 200.0, False)


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/jwk-set+json; charset=utf-8", "Application/JSON"]
)
def test_json_may_be_called_by_both_names(media_type: str) -> None:
    """In any case, with parameters."""
    assert fetch(http(Content_Type=media_type)).body == BODY


def test_the_request_is_conditional_when_there_is_a_copy() -> None:
    """And a 304 says that the copy is right."""
    with server(lambda connection: connection.sendall(http("304 Not Modified", b"", ETag='"a"'))) as (
        url,
        asked,
    ):
        assert fetch_json(url, etag='"a"').body is None
    assert b'If-None-Match: "a"\r\n' in asked[0]
    assert asked[0].startswith(b"GET /jwks HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "answer",
    {
        "304 without a copy": http("304 Not Modified", b""),
        "404": http("404 Not Found"),
        "429": http("429 Too Many Requests"),
        "500": http("500 Internal Server Error"),
        "503": http("503 Service Unavailable"),
        "204": http("204 No Content", b""),
        "206": http("206 Partial Content"),
        "301": http("301 Moved Permanently", Location="https://attacker.example/jwks"),
        "302 to itself": http("302 Found", Location="/jwks"),
        "307": http("307 Temporary Redirect", Location="http://127.0.0.1/jwks"),
        "HTML": http(Content_Type="text/html"),
        "plain text": http(Content_Type="text/plain"),
        "no content type": http().replace(b"Content-Type: application/jwk-set+json\r\n", b""),
        "gzip": http(Content_Encoding="gzip"),
        "cut short": http(length=100),
        "too large": http(body=b" " * (MAX_SIZE + 1)),
        "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
        "nothing": b"",
        "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n",
        "chunks without end": http(Transfer_Encoding="chunked").replace(b"Content-Length: 11\r\n", b"")
        + b"zz\r\n",
    }.items(),
    ids=lambda case: case[0],
)
def test_any_other_answer_is_a_failure(answer: tuple[str, bytes]) -> None:
    """No redirect is followed, nothing that is not JSON of bounded size is taken."""
    with pytest.raises(FetchFailed):
        fetch(answer[1])


def test_a_document_of_the_greatest_size_is_taken() -> None:
    """The bound is inclusive."""
    assert len(fetch(http(body=b" " * MAX_SIZE)).body or b"") == MAX_SIZE


def test_a_flood_is_not_read() -> None:
    """An answer without length and end is dropped at the bound."""

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    begin = time.monotonic()
    with server(flood) as (url, _), pytest.raises(FetchFailed, match="more than"):
        fetch_json(url)
    assert time.monotonic() - begin < TIMEOUT


@pytest.mark.parametrize(
    ("start", "flood"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"x" * 65536),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        (None, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
    ids=["a chunk of size -1", "chunk extensions", "trailers", "interim answers"],
)
def test_a_flood_beside_the_body_is_not_read_either(start: bytes | None, flood: bytes) -> None:
    """Neither our memory nor our time is the endpoint's: it ends long before the deadline."""

    def answer(connection: socket.socket) -> None:
        if start is not None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + start)
        while True:
            connection.sendall(flood)

    with server(answer) as (url, _), pytest.raises(FetchFailed, match="in all"):
        fetch_json(url, timeout=10)


@pytest.mark.parametrize(
    "answer",
    {
        "hangs": lambda connection: connection.recv(1),
        "drips its headers": lambda connection: drip(connection, http()),
        "drips its body": lambda connection: drip(connection, b" " * 100, first=http(body=b"", length=100)),
    }.items(),
    ids=lambda case: case[0],
)
def test_the_deadline_is_for_the_whole_exchange(
    answer: tuple[str, Callable[[socket.socket], None]],
) -> None:
    """Not for each read."""
    assert TIMEOUT == 3
    begin = time.monotonic()
    with server(answer[1]) as (url, _):
        with pytest.raises(FetchFailed):
            fetch_json(url, timeout=0.4)
        assert 0.3 < time.monotonic() - begin < 1.5
