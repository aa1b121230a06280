"""Goes to a URL as a careful client would: GET, redirects by hand, then HEAD and a revalidation."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin

from jwx_cli.linter.fetching import Fetch, FetchError
from jwx_cli.linter.seen import Answer, Visit

MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def visit(url: str, fetch: Fetch) -> Visit:
    """All that is to be seen at a URL; FetchError when there is no answer."""
    hops = [fetch(url)]
    while hops[-1].status in _REDIRECTS and "location" in hops[-1].headers and len(hops) <= MAX_REDIRECTS:
        hops.append(fetch(urljoin(hops[-1].url, hops[-1].headers["location"])))
    last = hops[-1]
    if last.status != 200:
        return Visit(hops=tuple(hops))
    etag = last.headers.get("etag")
    revalidation = _try(fetch, last.url, etag=etag) if etag else None
    return Visit(hops=tuple(hops), head=_try(fetch, last.url, method="HEAD"), revalidation=revalidation)


def _try(fetch: Fetch, url: str, *, method: str = "GET", etag: str | None = None) -> Answer | None:
    try:
        return fetch(url, method=method, etag=etag)
    except FetchError:
        return None
