"""Single tokens that are refused before their time: their `jti`, published by their issuer.

    {"issuer": "https://issuer.example.com", "tokens": [{"exp": 1800003600, "jti": "k8s1v0"}]}

It is fetched and kept like the key set, under the same promises, so that no token costs a request. What
is not exactly of this form changes nothing: a list that is half understood would let tokens pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jwx.jose import strict_json
from jwx.verification.document_cache import DocumentCache
from jwx.verification.fetched import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.document_cache import CacheLimits
    from jwx.verification.fetched import Fetch, Fetched

MAX_TOKENS: Final = 4096


def deny_list(
    url: str, issuer: str, fetch: Fetch, clock: Callable[[], float], limits: CacheLimits
) -> DocumentCache[frozenset[str]]:
    """The `jti` of the issuer's revoked tokens, kept."""

    def parse(answer: Fetched) -> frozenset[str]:
        return parse_deny_list(answer.body or b"", issuer)

    return DocumentCache(lambda *_: url, parse, fetch, clock, limits, unavailable="deny_list_unavailable")


def parse_deny_list(data: bytes, issuer: str) -> frozenset[str]:
    """The `jti` values of the document; FetchFailed unless it is this issuer's and right throughout."""
    try:
        document = strict_json.parse_object(data)
    except strict_json.MalformedJson as error:
        raise FetchFailed("the deny-list is no JSON object") from error
    if document.get("issuer") != issuer:
        raise FetchFailed("the deny-list is of another issuer")
    entries = document.get("tokens")
    if not isinstance(entries, list) or len(entries) > MAX_TOKENS:
        raise FetchFailed(f"tokens is not an array of up to {MAX_TOKENS}")
    if not all(isinstance(entry, dict) and isinstance(entry.get("jti"), str) for entry in entries):
        raise FetchFailed("an entry of the deny-list has no jti")
    return frozenset(entry["jti"] for entry in entries)
