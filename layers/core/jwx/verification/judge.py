"""One trusted issuer with its keys: RFC 7515 section 5.2, RFC 8725 sections 3.1, 3.2, 3.8 and 3.11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwx.errors import VerificationError
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jwt import validate_claims
from jwx.verification.deny_list import deny_list
from jwx.verification.discovery import Discovery
from jwx.verification.jwks_cache import JwksCache
from jwx.verification.trusted_issuers import media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwx.jose.jwa import Algorithm
    from jwx.jose.jwk_set import JwkSet, VerificationKey
    from jwx.jose.jws import UnverifiedToken
    from jwx.jose.jwt import Window
    from jwx.verification.deadline import Deadline
    from jwx.verification.document_cache import CacheLimits
    from jwx.verification.fetched import Fetch
    from jwx.verification.trusted_issuers import TrustedIssuer


class Judge:
    """Judges the tokens that claim to be this issuer's; knows no other issuer's keys."""

    def __init__(
        self, trusted: TrustedIssuer, fetch: Fetch, clock: Callable[[], float], limits: CacheLimits
    ) -> None:
        self.issuer = trusted.issuer
        self._trusted, self._static, self._clock = trusted, trusted.jwks, clock
        self._algorithms: dict[object, Algorithm] = {name: ALGORITHMS[name] for name in trusted.algorithms}
        url = trusted.jwks_uri
        locate = Discovery(trusted.issuer, fetch, clock).locate if url is None else lambda *_: url
        self._cache = JwksCache(locate, fetch, clock, limits)
        denied = trusted.deny_list_uri
        self._denied = deny_list(denied, trusted.issuer, fetch, clock, limits) if denied else None

    def judge(
        self, token: UnverifiedToken, claims: Mapping[str, Any], deadline: Deadline
    ) -> tuple[VerificationKey, Window]:
        """The key that signed the token, and the time in which it holds."""
        algorithm = self._check_header(token.header)
        key = self._find_key(token.header.get("kid"), algorithm, deadline)
        if not algorithm.verify(key.public_key, token.signature, token.signing_input):
            raise VerificationError("bad_signature")
        window = validate_claims(claims, self._trusted.rules, now=self._clock())
        if self._is_denied(claims.get("jti"), deadline):
            raise VerificationError("revoked_token")
        return key, window

    def still_holds(self, key: VerificationKey, window: Window, jti: str | None, deadline: Deadline) -> bool:
        """For a token that was verified before: whether its time, its key and itself are still right."""
        if not window.opens <= self._clock() < window.closes:
            return False
        try:
            return key.identity in self._keys(deadline).keys and not self._is_denied(jti, deadline)
        except VerificationError:
            return False  # the full verification says why

    def _keys(self, deadline: Deadline) -> JwkSet:
        return self._cache.current(deadline) if self._static is None else self._static

    def _is_denied(self, jti: str | None, deadline: Deadline) -> bool:
        """Asked last, about tokens that are right in all else: a forged one makes nobody fetch anything."""
        return self._denied is not None and jti in self._denied.current(deadline)

    def _check_header(self, header: Mapping[str, Any]) -> Algorithm:
        algorithm = self._algorithms.get(header.get("alg"))
        if algorithm is None:
            raise VerificationError("algorithm_not_allowed")
        # RFC 8725 section 3.11. An absent `typ` is what `JWT` says anyway (RFC 7519 section 5.1).
        kind, allowed = header.get("typ", "JWT"), self._trusted.token_types
        if kind not in allowed and media_type(kind) not in allowed:
            raise VerificationError("wrong_type")
        return algorithm

    def _find_key(self, kid: str | None, algorithm: Algorithm, deadline: Deadline) -> VerificationKey:
        if self._static is None:
            return self._cache.find(kid, algorithm, deadline)
        key = self._static.select(kid, algorithm)
        if key is None:
            raise VerificationError("unknown_key")
        return key
