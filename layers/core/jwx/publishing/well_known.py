"""The publishing endpoint: from an API Gateway event to the answer (RFC 9110, RFC 9111, RFC 8615).

One strongly consistent read for each request that gets here: an old copy must never refill the edge. Nothing
of a request but its method, its path and `If-None-Match` has any effect, so that nothing else can split or
poison a cache.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jwx.errors import InvalidRequest, KeyRingUnavailable
from jwx.issuer_names import DEFAULT, check_name
from jwx.jose import base64url
from jwx.publishing.publication import DOCUMENTS, OAUTH_METADATA, caching, document, media_type
from jwx.publishing.well_known_event import Request
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import vanished
from jwx.ring.token_revocation import listed_until

if TYPE_CHECKING:
    from jwx.ports import Clock, RingStore

METHODS: Final = "GET, HEAD, OPTIONS"

_ALWAYS: Final = {
    "Access-Control-Allow-Origin": "*",  # public documents, for clients in browsers too
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_ONE = "|".join(re.escape(name) for name in DOCUMENTS)
_PATH = re.compile(
    rf"/(?:(?P<before>[^/]+)/)?\.well-known/(?P<name>{_ONE})|/\.well-known/{OAUTH_METADATA}/(?P<after>[^/]+)"
)
_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_MOST_RENDERED = 300
_TITLES: Final = {404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

type Answer = dict[str, Any]


class _Rendered(NamedTuple):
    version: str
    since: int
    until: float
    """While `since <= now < until`, time alone changes nothing."""
    body: str
    etag: str
    caching: str


class WellKnown:
    """Serves the documents of all issuers; what was rendered once is kept while its ring is the same."""

    def __init__(self, store: RingStore, clock: Clock, *, base_url: str, jwk_set_type: str) -> None:
        self._store = store
        self._clock = clock
        self._base_url = base_url
        self._jwk_set_type = jwk_set_type
        self._rendered: dict[tuple[str, str], _Rendered] = {}

    def answer(self, request: Request) -> Answer:
        """A proxy response for API Gateway; errors are problem details (RFC 9457)."""
        answer = self._answer(request)
        return answer | {"body": ""} if request.method == "HEAD" else answer

    def _answer(self, request: Request) -> Answer:
        found = _locate(request.path)
        if found is None:
            return problem(404, "There is no such document.", caching="public, max-age=60")
        if request.method == "OPTIONS":
            return {"statusCode": 204, "headers": _ALWAYS | _PREFLIGHT | {"Allow": METHODS}, "body": ""}
        if request.method not in ("GET", "HEAD"):
            return problem(405, f"Allowed are {METHODS}.", {"Allow": METHODS})
        issuer, name = found
        try:
            ring = self._load(issuer)
        except KeyRingUnavailable:
            # Retry-After speaks to clients; the CDN answers with its stale copy or the static one.
            return problem(503, "The key ring cannot be read just now.", {"Retry-After": "5"})
        if ring is None:
            return problem(404, "There is no such issuer.")
        return self._found(request, ring, name)

    def _load(self, issuer: str) -> KeyRing | None:
        """The ring if it has a public face. One from a backup may hold keys that were revoked since."""
        ring = self._store.load(issuer)
        if ring is not None and ring.restored:
            raise KeyRingUnavailable("restored")
        if ring is None or ring.served_at is None or ring.deleted_at is not None:
            return None
        return None if vanished(ring, self._clock()) else ring

    def _found(self, request: Request, ring: KeyRing, name: str) -> Answer:
        rendered = self._render(ring, name)
        headers = _ALWAYS | {"Cache-Control": rendered.caching, "ETag": rendered.etag}
        if _matches(request.if_none_match, rendered.etag):
            return {"statusCode": 304, "headers": headers, "body": ""}
        headers["Content-Type"] = media_type(name, self._jwk_set_type)
        return {"statusCode": 200, "headers": headers, "body": rendered.body}

    def _render(self, ring: KeyRing, name: str) -> _Rendered:
        """Nothing is computed anew while the ring's version is the same and time alone changes nothing."""
        now = self._clock()
        kept = self._rendered.get((ring.issuer, name))
        if kept and kept.version == ring.version and kept.since <= now < kept.until:
            return kept
        if len(self._rendered) >= _MOST_RENDERED:
            self._rendered.clear()
        body = document(ring, name, base_url=self._base_url, now=now)
        rendered = _Rendered(
            version=ring.version,
            since=now,
            until=_next_change(ring, now),
            body=body.decode(),
            etag=_etag(body),
            caching=caching(ring, name, now),
        )
        self._rendered[ring.issuer, name] = rendered
        return rendered


def _next_change(ring: KeyRing, now: int) -> float:
    """When time takes the next imported key, certificate or revoked token out."""
    keys = [key.until for key in ring.keys if key.until is not None]
    certificates = [key.certified_until + 1 for key in ring.keys if key.certified_until is not None]
    tokens = [listed_until(token, ring.policy) for token in ring.revoked_tokens]
    return min((time for time in keys + certificates + tokens if time > now), default=math.inf)


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, *, caching: str = "no-store"
) -> Answer:
    """RFC 9457 problem details; no cache keeps them unless told to."""
    body = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail}
    fixed = {"Content-Type": "application/problem+json", "Cache-Control": caching}
    return {"statusCode": status, "headers": _ALWAYS | fixed | dict(headers or {}), "body": json.dumps(body)}


def _locate(path: str) -> tuple[str, str] | None:
    """Issuer and document at a path. `default` has no path of its own: its `iss` ends at the root."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    issuer = match["before"] or match["after"]
    if issuer is None:
        return DEFAULT, match["name"]
    try:
        return (check_name(issuer), match["name"] or OAUTH_METADATA) if issuer != DEFAULT else None
    except InvalidRequest:
        return None


def _etag(body: bytes) -> str:
    return f'"{base64url.encode(hashlib.sha256(body).digest()[:18])}"'


def _matches(if_none_match: str, etag: str) -> bool:
    """RFC 9110 section 13.1.2: weak comparison, since CDNs weaken strong tags when they compress."""
    return if_none_match.strip() == "*" or etag in _ENTITY_TAG.findall(if_none_match)
