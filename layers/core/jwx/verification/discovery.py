"""Where an issuer's key set is: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jwx.jose import strict_json
from jwx.verification.fetched import FetchFailed
from jwx.verification.https import is_fetchable

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.fetched import Fetch

KEEP_FOR: Final = 3600.0


class Discovery:
    """Finds `jwks_uri` once and again each hour; an outage in between does not lose it."""

    def __init__(self, issuer: str, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._issuer, self._fetch, self._clock = issuer, fetch, clock
        self._found: str | None = None
        self._found_at = 0.0

    def locate(self) -> str:
        """The URL of the key set; FetchFailed when it was never found."""
        now = self._clock()
        if self._found is None or not 0 <= now - self._found_at < KEEP_FOR:
            try:
                self._found, self._found_at = self._discover(), now
            except FetchFailed:
                if self._found is None:
                    raise
        return self._found

    def _discover(self) -> str:
        answer = self._fetch(f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration")
        try:
            document = strict_json.parse_object(answer.body or b"")
        except strict_json.MalformedJson as error:
            raise FetchFailed("the discovery document is no JSON object") from error
        if document.get("issuer") != self._issuer:
            # To the character: else one tenant of a provider could speak for another.
            raise FetchFailed("the discovery document is of another issuer")
        url = document.get("jwks_uri")
        if not isinstance(url, str) or not is_fetchable(url):
            raise FetchFailed("the discovered jwks_uri is not https")
        if url.startswith("http:") and self._issuer.startswith("https:"):
            raise FetchFailed("the discovered jwks_uri would leave https")
        return url
