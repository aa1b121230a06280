"""Clients in Python, ours and others', each as its documentation shows it."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import joserfc.jwt
import jwt
from authlib.oauth2.base import OAuth2Error  # type: ignore[import-untyped]
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator  # type: ignore[import-untyped]
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jwx import TrustedIssuer, VerificationError, Verifier
from tests.interop.client import Refused
from tests.interop.published_issuer import Published


class Ours:
    """The product's own verifier, which finds the set by discovery."""

    def __init__(self, published: Published) -> None:
        self._verifier = Verifier(TrustedIssuer(issuer=published.issuer, audiences=[published.audience]))

    def verify(self, token: str, algorithm: str) -> str:
        """The subject; the algorithm is whichever the key is for."""
        try:
            return str(self._verifier.verify(token)["sub"])
        except VerificationError as error:
            raise Refused(error.reason) from error

    def close(self) -> None:
        """Nothing to end."""


class PyJwt:
    """PyJWT with its PyJWKClient."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._keys = jwt.PyJWKClient(published.jwks_uri)

    def verify(self, token: str, algorithm: str) -> str:
        """The subject."""
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._published.audience,
                issuer=self._published.issuer,
            )
        except (jwt.PyJWTError, NotImplementedError) as error:
            raise Refused(repr(error)) from error
        return str(claims["sub"])

    def close(self) -> None:
        """Nothing to end."""


class Joserfc:
    """joserfc; it fetches nothing itself, so the set is fetched for each token, without any cache."""

    def __init__(self, published: Published) -> None:
        self._jwks_uri = published.jwks_uri
        self._rules = joserfc.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": published.issuer},
            aud={"essential": True, "value": published.audience},
            exp={"essential": True},
        )

    def verify(self, token: str, algorithm: str) -> str:
        """The subject."""
        try:
            keys = KeySet.import_key_set(_get_json(self._jwks_uri))
            claims = joserfc.jwt.decode(token, keys, algorithms=[algorithm]).claims
            self._rules.validate(claims)
        except (JoseError, ValueError, KeyError) as error:
            raise Refused(repr(error)) from error
        return str(claims["sub"])

    def close(self) -> None:
        """Nothing to end."""


class Authlib:
    """Authlib's validator of RFC 9068 access tokens; finding and fetching the set is left to its user."""

    def __init__(self, published: Published) -> None:
        self._validator = _Validator(published)

    def verify(self, token: str, algorithm: str) -> str:
        """The subject. The validator takes the algorithms that joserfc recommends, whatever is wanted."""
        try:
            claims = self._validator.authenticate_token(token)
            self._validator.validate_token(claims, ["orders:read"], None)
        except (OAuth2Error, JoseError, ValueError, KeyError) as error:
            raise Refused(repr(error)) from error
        return str(claims["sub"])

    def close(self) -> None:
        """Nothing to end."""


class _Validator(JWTBearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, published: Published) -> None:
        super().__init__(published.issuer, published.audience)

    def get_jwks(self) -> Any:
        metadata = _get_json(f"{self.issuer}/.well-known/oauth-authorization-server")
        return KeySet.import_key_set(_get_json(metadata["jwks_uri"]))


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _get_json(url: str) -> Any:
    with _DIRECT.open(url, timeout=10) as response:
        return json.load(response)
