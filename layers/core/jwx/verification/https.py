"""The only socket of the core: one bounded GET of a JSON document.

Whoever answers is not trusted with our time or memory: the deadline holds for the whole exchange,
not for each read; the size is capped; a redirect is an answer like any other wrong one.
"""

from __future__ import annotations

import io
import socket
import ssl
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from jwx.verification.deadline import TIMEOUT, Deadline
from jwx.verification.fetched import Fetched, FetchFailed, read_caching
from jwx.verification.name_lookup import NameLookup

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    type Resolve = Callable[[str, int, Deadline], list[Any]]

MAX_SIZE: Final = 256 * 1024
MAX_RECEIVED: Final = 4 * MAX_SIZE
"""With headers, interim answers and the framing of chunks, any of which could be a flood."""
MEDIA_TYPES: Final = frozenset({"application/json", "application/jwk-set+json"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def is_fetchable(url: object) -> bool:
    """https with a host and nothing odd; plain http only to this very machine."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or "\\" in url:
        return False
    # `HTTP:` would be http to a socket, and nobody else's comparison would see it.
    return url.startswith("https:") or (url.startswith("http:") and host in _LOOPBACK)


def fetch_json(
    url: str,
    /,
    *,
    etag: str | None = None,
    timeout: float = TIMEOUT,
    resolve: Resolve = NameLookup(),  # noqa: B008 (one for all fetches)
) -> Fetched:
    """GET the document; FetchFailed unless it came whole, in time and as what it should be."""
    if not is_fetchable(url):
        raise FetchFailed("the URL is not https")
    try:
        return _exchange(url, etag, Deadline(timeout), resolve)
    except (OSError, HTTPException, ValueError) as error:
        raise FetchFailed(f"no answer: {type(error).__name__}") from error


def _exchange(url: str, etag: str | None, deadline: Deadline, resolve: Resolve) -> Fetched:
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or _DEFAULT_PORTS[parts.scheme]
    sock = _connect(resolve(host, port, deadline), host, deadline, tls=parts.scheme == "https")
    with sock:
        connection = _http(host, port, tls=parts.scheme == "https")
        connection.sock = _DeadlineSocket(sock, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept": ", ".join(sorted(MEDIA_TYPES)), "Connection": "close"}
        connection.request("GET", target, headers=headers | ({"If-None-Match": etag} if etag else {}))
        return _read(connection.getresponse(), conditional=etag is not None)


def _http(host: str, port: int, *, tls: bool) -> HTTPConnection:
    # Left to itself, http.client would read all the certificates anew that a context trusts, for each fetch.
    return HTTPSConnection(host, port, context=_tls_context()) if tls else HTTPConnection(host, port)


def _connect(addresses: list[Any], host: str, deadline: Deadline, *, tls: bool) -> socket.socket:
    """To the first address that answers. Each but the last leaves half of the time to those after it."""
    failure: OSError = OSError("no address")
    for still, (family, kind, protocol, _, address) in zip(
        range(len(addresses) - 1, -1, -1), addresses, strict=True
    ):
        share = deadline.at_most(deadline.require() / (2 if still else 1))
        try:
            return _connect_to(address, socket.socket(family, kind, protocol), host, share, tls=tls)
        except OSError as error:  # also of a family that this machine does not know
            failure = error
    raise failure


def _connect_to(address: Any, sock: socket.socket, host: str, share: Deadline, *, tls: bool) -> socket.socket:
    try:
        sock.settimeout(share.require())
        sock.connect(address)
        sock.settimeout(share.require())
        return _tls_context().wrap_socket(sock, server_hostname=host) if tls else sock
    except OSError:
        sock.close()
        raise


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(response: HTTPResponse, *, conditional: bool) -> Fetched:
    headers = {name.lower(): value for name, value in response.getheaders()}
    fresh_for, must_revalidate = read_caching(headers)
    if response.status == 304 and conditional:
        return Fetched(None, headers.get("etag"), fresh_for, must_revalidate)
    if response.status != 200:
        raise FetchFailed(f"status {response.status}", status=response.status)
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise FetchFailed("not JSON by its content type")
    if headers.get("content-encoding", "identity") != "identity":
        raise FetchFailed("compressed, though that was not asked for")
    body = response.read(MAX_SIZE + 1)
    if len(body) > MAX_SIZE:
        raise FetchFailed(f"more than {MAX_SIZE} bytes")
    if response.length:
        raise FetchFailed("cut short")
    return Fetched(body, headers.get("etag"), fresh_for, must_revalidate)


class _DeadlineSocket:
    """A socket's time-out is for each read: an endpoint that drips bytes would never meet it."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(self._deadline.require())
        self._sock.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock, self._deadline))

    def close(self) -> None:
        """Not yet: http.client closes before it reads the body when the endpoint said `Connection: close`."""


class _DeadlineReader(io.RawIOBase):
    """What is read is bounded here too: http.client reads a chunk of size -1 until the endpoint ends it."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.require())
        count = self._sock.recv_into(buffer)
        self._received += count
        if self._received > MAX_RECEIVED:
            raise FetchFailed(f"more than {MAX_RECEIVED} bytes in all")
        return count
