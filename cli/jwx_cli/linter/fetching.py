"""One HTTP exchange, bounded in time and size, with all that a judge wants to know of it.

The verifier's own client (`jwx.verification.https`) gives a document or nothing; here the bad answers are
the point.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final, Protocol
from urllib.parse import urlsplit

from jwx_cli.linter.findings import on_one_line
from jwx_cli.linter.seen import Answer

TIMEOUT: Final = 10.0
MAX_BYTES: Final = 1024 * 1024
_SENT: Final = {
    "Accept": "application/jwk-set+json, application/json",
    "Accept-Encoding": "identity",
    "Origin": "https://linter.invalid",  # some servers speak of CORS only when asked
    "User-Agent": "jwx-lint",
}


class FetchError(Exception):
    """There was no answer; the text says why."""


class UntrustedError(FetchError):
    """There was a server, and TLS with it failed."""


class Fetch(Protocol):
    """One exchange, redirects not followed; FetchError when there is no answer."""

    def __call__(self, url: str, /, *, method: str = "GET", etag: str | None = None) -> Answer: ...


def is_http_url(url: object) -> bool:
    """Something that can be asked for at all; whether over TLS is the judge's business."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def fetch(url: str, /, *, method: str = "GET", etag: str | None = None) -> Answer:
    """Over a connection of its own; certificates are checked against those the system trusts."""
    if not is_http_url(url):
        raise FetchError("it is no http or https URL")
    started = time.monotonic()
    try:
        return _exchange(url, method, etag, started)
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "the handshake failed"
        raise UntrustedError(reason) from error
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(on_one_line(str(error)) or type(error).__name__) from error


def _exchange(url: str, method: str, etag: str | None, started: float) -> Answer:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=TIMEOUT)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers=_SENT | ({"If-None-Match": etag} if etag else {}))
        days = _certificate_days(connection.sock)
        response = connection.getresponse()
        return Answer(
            url=url,
            status=response.status,
            headers=_headers(response),
            body=_read(response, started + TIMEOUT),
            seconds=time.monotonic() - started,
            certificate_days=days,
        )
    finally:
        connection.close()


def _certificate_days(sock: object) -> float | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    expires = (sock.getpeercert() or {}).get("notAfter")
    return (ssl.cert_time_to_seconds(str(expires)) - time.time()) / 86400


def _headers(response: HTTPResponse) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _read(response: HTTPResponse, deadline: float) -> bytes:
    """Up to one byte more than is bearable, so that the judge can tell."""
    body = bytearray()
    while len(body) <= MAX_BYTES and (chunk := response.read1(65536)):
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError(f"the answer was not complete after {TIMEOUT:.0f} s")
    return bytes(body)
