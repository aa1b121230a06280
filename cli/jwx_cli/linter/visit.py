"""Goes to a URL as a careful client would: GET, redirects by hand, then HEAD and a revalidation."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin

from jwx_cli.linter.fetching import Fetch, FetchError, is_http_url
from jwx_cli.linter.seen import Answer, Visit

MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def visit(url: str, fetch: Fetch) -> Visit:
    """All that is to be seen at a URL; FetchError when there is no answer."""
    hops = [fetch(url)]
    while (target := _target(hops[-1])) is not None and len(hops) <= MAX_REDIRECTS:
        hops.append(fetch(target))
    last = hops[-1]
    if last.status != 200:
        return Visit(hops=tuple(hops))
    etag = last.headers.get("etag")
    revalidation = _try(fetch, last.url, etag=etag) if etag else None
    return Visit(hops=tuple(hops), head=_try(fetch, last.url, method="HEAD"), revalidation=revalidation)


def _target(answer: Answer) -> str | None:
    """Where a redirect leads; None when it is none, or leads nowhere that can be asked."""
    if answer.status not in _REDIRECTS or "location" not in answer.headers:
        return None
    try:
        target = urljoin(answer.url, answer.headers["location"])
    except ValueError:
        return None
    return target if is_http_url(target) else None


def _try(fetch: Fetch, url: str, *, method: str = "GET", etag: str | None = None) -> Answer | None:
    try:
        return fetch(url, method=method, etag=etag)
    except FetchError:
        return None
