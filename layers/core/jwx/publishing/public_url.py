"""What the public URL serves just now, as any client of the CDN would see it."""

from __future__ import annotations

from jwx.issuer_names import issuer_url
from jwx.jose import strict_json
from jwx.publishing.publication import JWK_SET
from jwx.verification.fetched import Fetch, FetchFailed
from jwx.verification.https import fetch_json

_GONE = frozenset({404, 410})


class PublicUrl:
    """Looks at an issuer's JWK Set from outside. A proof of publication must not come from within."""

    def __init__(self, base_url: str, *, fetch: Fetch = fetch_json) -> None:
        self._base_url = base_url
        self._fetch = fetch

    def kids(self, issuer: str) -> frozenset[str] | None:
        """The kids of the served set, none where there is no set; None when nothing sure can be said."""
        url = f"{issuer_url(self._base_url, issuer)}/.well-known/{JWK_SET}"
        try:
            return _kids(self._fetch(url).body or b"")
        except FetchFailed as failed:
            return frozenset() if failed.status in _GONE else None
        except strict_json.MalformedJson:
            return None


def _kids(body: bytes) -> frozenset[str] | None:
    keys = strict_json.parse_object(body).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        return None
    return frozenset(str(key.get("kid")) for key in keys)
