"""Judges how a document is served: TLS, redirects, status, size, media type, CORS (RFC 9110, RFC 8414)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from jwx.verification.https import MAX_SIZE, MEDIA_TYPES
from jwx_cli.linter.findings import Finding, quoted
from jwx_cli.linter.rules import broken
from jwx_cli.linter.seen import Answer, Kind, Visit

LARGE: Final = 64 * 1024
SLOW_SECONDS: Final = 1.0
SOON_DAYS: Final = 14
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def judge_http(visit: Visit, kind: Kind) -> Iterator[Finding]:
    """Everything but caching; of an answer other than 200 only what led to it."""
    yield from _transport(visit)
    yield from _redirects(visit)
    answer = visit.answer
    if answer.status != 200:
        yield broken("http.status", answer.url, f"status {answer.status}")
        return
    yield from _size(answer)
    yield from _media_type(answer, kind)
    yield from _other_answers(visit)
    yield from _headers(answer)


def _transport(visit: Visit) -> Iterator[Finding]:
    answer = visit.answer
    if urlsplit(visit.url).scheme == "http":
        if urlsplit(visit.url).hostname in _LOOPBACK:
            yield broken("http.loopback", visit.url, "plain http, on this machine only")
        else:
            yield broken("http.plain", visit.url, "plain http: whoever is on the way can replace the keys")
    if answer.certificate_days is not None and answer.certificate_days < SOON_DAYS:
        left = f"the certificate expires in {answer.certificate_days:.0f} days"
        yield broken("tls.expires-soon", answer.url, left)


def _redirects(visit: Visit) -> Iterator[Finding]:
    for before, after in zip(visit.hops, visit.hops[1:], strict=False):
        yield broken("http.redirect", before.url, f"{before.status} to {quoted(after.url, longest=120)}")
        if before.url.startswith("https:") and not after.url.startswith("https:"):
            yield broken("http.redirect-insecure", before.url, "the redirect leaves TLS")


def _size(answer: Answer) -> Iterator[Finding]:
    size = len(answer.body)
    if size > MAX_SIZE:
        yield broken("http.oversized", answer.url, f"more than {MAX_SIZE} bytes: clients will refuse it")
    elif size > LARGE:
        yield broken("http.large", answer.url, f"{size} bytes")
    if answer.seconds > SLOW_SECONDS:
        yield broken("http.slow", answer.url, f"the answer took {answer.seconds:.1f} s")


def _media_type(answer: Answer, kind: Kind) -> Iterator[Finding]:
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding != "identity":
        yield broken("http.encoding", answer.url, f"Content-Encoding: {quoted(encoding)}")
    got = f"Content-Type: {quoted(answer.media_type)}" if answer.media_type else "there is no Content-Type"
    if kind is not Kind.JWK_SET:
        if answer.media_type != "application/json":
            yield broken("discovery.media-type", answer.url, got)
    elif answer.media_type not in MEDIA_TYPES:
        yield broken("jwks.media-type", answer.url, got)
    elif answer.media_type == "application/json":
        yield broken("jwks.generic-media-type", answer.url, f"{got}; application/jwk-set+json says more")


def _other_answers(visit: Visit) -> Iterator[Finding]:
    answer, head = visit.answer, visit.head
    if head is None or head.status != 200:
        came = "nothing came" if head is None else f"status {head.status}"
        yield broken("http.head", answer.url, f"HEAD: {came}")
    others = [other for other in (head, visit.revalidation) if other is not None and other.status == 200]
    types = sorted({each.media_type for each in (answer, *others)})
    if len(types) > 1 or "," in answer.media_type:
        shown = quoted(" and ".join(types), longest=120)
        yield broken("http.media-type-changes", answer.url, f"one time it is served as another: {shown}")


def _headers(answer: Answer) -> Iterator[Finding]:
    headers = answer.headers
    if "set-cookie" in headers:
        yield broken("http.cookie", answer.url, "it sets a cookie: shared caches may not store it")
    if headers.get("x-content-type-options", "").lower() != "nosniff":
        yield broken("http.nosniff", answer.url, "no X-Content-Type-Options: nosniff")
    if answer.url.startswith("https:") and "strict-transport-security" not in headers:
        yield broken("http.hsts", answer.url, "no Strict-Transport-Security")
    if "access-control-allow-origin" not in headers:
        yield broken("http.cors", answer.url, "no Access-Control-Allow-Origin")
