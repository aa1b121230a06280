"""Bad ways to serve a document, each with the one rule that it breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jwx_cli.linter.seen import Answer, Visit

URL = "https://issuer.example.com/jwks.json"
HEADERS = {
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=300",
    "content-type": "application/jwk-set+json",
    "etag": '"a"',
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
GOOD = Answer(url=URL, status=200, headers=HEADERS, body=b"{}", seconds=0.1, certificate_days=90)
HEAD = replace(GOOD, body=b"")
UNCHANGED = replace(GOOD, status=304, body=b"")
SOUND = Visit(hops=(GOOD,), head=HEAD, revalidation=UNCHANGED)


def served(**changes: str | None) -> Visit:
    """With other headers, in the answers to GET and HEAD alike; None takes one out."""
    wanted = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {name: value for name, value in (HEADERS | wanted).items() if value is not None}
    return replace(SOUND, hops=(replace(GOOD, headers=headers),), head=replace(HEAD, headers=headers))


def answered(**changes: Any) -> Visit:
    """With another answer to GET."""
    return replace(SOUND, hops=(replace(GOOD, **changes),))


def redirected(start: str, *, end: str = URL) -> Visit:
    """By one redirect."""
    first = Answer(url=start, status=302, headers={"location": end})
    return replace(SOUND, hops=(first, replace(GOOD, url=end)))


_JSON = HEADERS | {"content-type": "application/json"}

BAD: list[tuple[str, Visit]] = [
    ("http.plain", answered(url="http://issuer.example.com/jwks.json")),
    ("http.loopback", answered(url="http://localhost:8080/jwks.json")),
    ("http.redirect", redirected("https://example.com/jwks")),
    ("http.redirect-insecure", redirected("https://example.com/jwks", end="http://example.com/jwks")),
    ("http.status", Visit(hops=(replace(GOOD, status=503),))),
    ("http.encoding", served(content_encoding="gzip")),
    ("http.oversized", answered(body=b"a" * (256 * 1024 + 1))),
    ("http.large", answered(body=b"a" * (64 * 1024 + 1))),
    ("http.slow", answered(seconds=1.2)),
    ("http.cookie", served(set_cookie="a=b")),
    ("http.head", replace(SOUND, head=None)),
    ("http.head", replace(SOUND, head=replace(HEAD, status=405, headers={}))),
    ("http.nosniff", served(x_content_type_options=None)),
    ("http.hsts", served(strict_transport_security=None)),
    ("http.cors", served(access_control_allow_origin=None)),
    ("http.media-type-changes", replace(SOUND, head=replace(HEAD, headers=_JSON))),
    ("http.media-type-changes", replace(SOUND, revalidation=replace(GOOD, headers=_JSON))),
    ("tls.expires-soon", answered(certificate_days=3.5)),
    ("jwks.media-type", served(content_type=None)),
    ("jwks.media-type", served(content_type="text/html; charset=utf-8")),
    ("jwks.generic-media-type", served(content_type="application/json; charset=utf-8")),
    ("cache.missing", served(cache_control=None)),
    ("cache.missing", served(cache_control="public")),
    ("cache.forbidden", served(cache_control="no-store, max-age=0")),
    ("cache.forbidden", served(cache_control="Private, max-age=300")),
    ("cache.long", served(cache_control="max-age=604800")),
    ("cache.long", served(cache_control='max-age=300, s-maxage="604800"')),
    ("cache.long", served(cache_control=f"max-age={'9' * 5000}")),
    ("cache.missing", served(cache_control="max-age=soon")),
    ("cache.short", served(cache_control="max-age=5")),
    ("cache.vary", served(vary="Accept-Encoding, Cookie")),
    ("cache.validator", replace(served(etag=None), revalidation=None)),
    ("cache.not-modified", replace(SOUND, revalidation=GOOD)),
]
# What cannot be had alone.
WITH = {
    "http.redirect-insecure": {"http.redirect"},
    "http.media-type-changes": {"cache.not-modified"},
}
DISCOVERY: list[tuple[str, Visit]] = [
    ("discovery.media-type", served(content_type="application/jwk-set+json")),
    ("discovery.media-type", served(content_type=None)),
]
