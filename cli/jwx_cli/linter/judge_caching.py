"""Judges what caches are told: RFC 9111, and revalidation by RFC 9110 section 13."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jwx_cli.linter.findings import Finding
from jwx_cli.linter.rules import broken
from jwx_cli.linter.seen import Answer, Visit

SHORTEST: Final = 60
LONGEST: Final = 86400
_FORBIDDING: Final = ("no-store", "no-cache", "private")


def judge_caching(visit: Visit) -> Iterator[Finding]:
    """Of a document that was served with 200."""
    answer = visit.answer
    if answer.status != 200:
        return
    yield from _freshness(answer)
    vary = {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}
    if many := sorted(vary & {"*", "cookie", "authorization", "user-agent"}):
        yield broken("cache.vary", answer.url, f"Vary names {', '.join(many)}: caches keep a copy for each")
    yield from _validation(visit)


def _freshness(answer: Answer) -> Iterator[Finding]:
    control = answer.headers.get("cache-control", "")
    directives = cache_directives(control)
    if forbidding := [name for name in _FORBIDDING if name in directives]:
        message = f"{', '.join(forbidding)}: each verification that needs keys loads the origin"
        yield broken("cache.forbidden", answer.url, message)
        return
    told = {
        name: seconds for name in ("max-age", "s-maxage") if (seconds := _seconds(directives.get(name, "")))
    }
    for name, seconds in told.items():
        if int(seconds) > LONGEST:
            yield broken("cache.long", answer.url, f"{name}={seconds}: a revoked key lives as long")
        elif name == "max-age" and int(seconds) < SHORTEST:
            yield broken("cache.short", answer.url, f"max-age={seconds}")
    if not told and "expires" not in answer.headers:
        yield broken("cache.missing", answer.url, "no max-age and no Expires: each cache guesses")


def _seconds(text: str) -> str:
    """RFC 9111 section 1.2.2: digits; as many as make sense, since a server may send any number of them."""
    return text[:15] if text.isascii() and text.isdecimal() else ""


def _validation(visit: Visit) -> Iterator[Finding]:
    headers = visit.answer.headers
    if "etag" not in headers and "last-modified" not in headers:
        yield broken("cache.validator", visit.answer.url, "no ETag and no Last-Modified")
    if visit.revalidation is not None and visit.revalidation.status != 304:
        message = f"asked with its own ETag, it answers {visit.revalidation.status}, not 304"
        yield broken("cache.not-modified", visit.answer.url, message)


def cache_directives(control: str) -> dict[str, str]:
    """RFC 9111 section 5.2: names in any case, arguments perhaps quoted."""
    parts = (part.partition("=") for part in control.split(","))
    return {name.strip().lower(): argument.strip(' "') for name, _, argument in parts if name.strip()}
