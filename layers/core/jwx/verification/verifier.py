"""From a token to its claims, or to one typed error: RFC 7515 section 5.2, RFC 7519 section 7.2, RFC 8725.

The order is the defence: form, then issuer, then what its configuration allows, then the key, then
the signature, then the claims. A token chooses nothing but which configured issuer it claims to be.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from jwx.errors import ConfigurationError, VerificationError
from jwx.jose.jws import UnverifiedToken, parse_payload, parse_unverified
from jwx.verification.deadline import TIMEOUT, Deadline
from jwx.verification.document_cache import CacheLimits
from jwx.verification.https import fetch_json
from jwx.verification.judge import Judge
from jwx.verification.verified_tokens import VerifiedToken, VerifiedTokens, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.fetched import Fetch
    from jwx.verification.trusted_issuers import TrustedIssuer

MAX_TOKEN_SIZE: Final = 16 * 1024
MAX_VERIFIED_TOKENS: Final = 1024


class Verifier:
    """Verifies tokens of the issuers it was given. Usable anywhere; one instance serves all threads.

    Verifier(TrustedIssuer(issuer="https://issuer.example.com", audiences=["api://orders"]))
    finds the keys by discovery; `jwks_uri=` and `jwks=` name them outright. One verification waits for the
    issuer's endpoint up to `timeout` seconds in all, however many documents it lacks.
    """

    def __init__(
        self,
        *issuers: TrustedIssuer,
        fetch: Fetch = fetch_json,
        clock: Callable[[], float] = time.time,
        cache: CacheLimits = CacheLimits(),  # noqa: B008 (an immutable value)
        max_token_size: int = MAX_TOKEN_SIZE,
        max_verified_tokens: int = MAX_VERIFIED_TOKENS,
        timeout: float = TIMEOUT,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        if not issuers:
            raise ConfigurationError("issuers: at least one is wanted")
        self._judges = {trusted.issuer: Judge(trusted, fetch, clock, cache) for trusted in issuers}
        if len(self._judges) != len(issuers):
            raise ConfigurationError("issuers: each issuer once")
        self._max_token_size = max_token_size
        self._timeout, self._timer = timeout, timer
        self._verified = VerifiedTokens(max_verified_tokens)

    def verify(self, token: str) -> dict[str, Any]:
        """The claims; VerificationError, and nothing else, for a token that is not to be believed."""
        return self.examine(token).claims

    def examine(self, token: str) -> VerifiedToken:
        """As `verify`, and who signed it with what."""
        if not isinstance(token, str):
            raise VerificationError("malformed_token")
        if len(token) > self._max_token_size:
            raise VerificationError("token_too_large")
        deadline = Deadline(self._timeout, self._timer)
        if not self._verified.size:
            return self._examine(parse_unverified(token), b"", deadline)
        digest = digest_of(token)
        return self._verified.get(digest, deadline) or self._examine(
            parse_unverified(token), digest, deadline
        )

    def _examine(self, parsed: UnverifiedToken, digest: bytes, deadline: Deadline) -> VerifiedToken:
        kid, issuer = parsed.header.get("kid"), None
        try:
            claims = parse_payload(parsed.payload)
            judge = self._find_judge(claims.get("iss"))
            issuer = judge.issuer
            key, window = judge.judge(parsed, claims, deadline)
        except VerificationError as error:
            error.kid, error.issuer = kid, issuer
            raise
        verified = VerifiedToken(claims, issuer, parsed.header["alg"], kid)
        if digest:
            self._verified.put(digest, judge, key, window, verified)
        return verified

    def _find_judge(self, issuer: object) -> Judge:
        """The payload may name one of ours and do nothing else; it is not believed yet."""
        judge = self._judges.get(issuer) if isinstance(issuer, str) else None
        if judge is None:
            raise VerificationError("unknown_issuer")
        return judge
