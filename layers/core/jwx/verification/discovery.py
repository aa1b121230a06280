"""Where an issuer's key set is: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jwx.jose import strict_json
from jwx.verification.fetched import FetchFailed
from jwx.verification.https import is_fetchable

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.deadline import Deadline
    from jwx.verification.fetched import Fetch

KEEP_FOR: Final = 3600.0
RETRY_AFTER: Final = 60.0


class Discovery:
    """Finds `jwks_uri` once and again each hour; an outage in between does not lose it.

    An issuer may move its keys and shut the old place within that hour. So a place that is in doubt, the keys
    not having come from there, is asked for again, but no more than once a minute.
    """

    def __init__(self, issuer: str, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._issuer, self._fetch, self._clock = issuer, fetch, clock
        self._found: str | None = None
        self._asked_at, self._keep_for = 0.0, 0.0

    def locate(self, deadline: Deadline, is_in_doubt: bool) -> str:
        """The URL of the key set; FetchFailed when it was never found."""
        now, keep_for = self._clock(), min(self._keep_for, RETRY_AFTER) if is_in_doubt else self._keep_for
        if self._found is None or not 0 <= now - self._asked_at < keep_for:
            # A document that hangs must not keep us from the keys, whose place is known: it gets half of
            # the time, and is not asked again each time that the keys are.
            timeout = deadline.left() / (1 if self._found is None else 2)
            self._asked_at, self._keep_for = now, RETRY_AFTER
            try:
                self._found = self._discover(timeout)
                self._keep_for = KEEP_FOR
            except FetchFailed:
                if self._found is None:
                    raise
        return self._found

    def _discover(self, timeout: float) -> str:
        url = f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration"
        answer = self._fetch(url, timeout=timeout)
        try:
            document = strict_json.parse_object(answer.body or b"")
        except strict_json.MalformedJson as error:
            raise FetchFailed("the discovery document is no JSON object") from error
        if document.get("issuer") != self._issuer:
            # To the character: else one tenant of a provider could speak for another.
            raise FetchFailed("the discovery document is of another issuer")
        found = document.get("jwks_uri")
        if not isinstance(found, str) or not is_fetchable(found):
            raise FetchFailed("the discovered jwks_uri is not https")
        if found.startswith("http:") and self._issuer.startswith("https:"):
            raise FetchFailed("the discovered jwks_uri would leave https")
        return found
