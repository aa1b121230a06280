"""One request for a token, read strictly: a field that is misspelt must not be a field ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jwx.errors import InvalidRequest
from jwx.issuer_names import DEFAULT, check_name, shown
from jwx.issuing.claims import check_claims, kind
from jwx.jose.jwa import algorithm

ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - a media type, no password

FIELDS: Final = ("claims", "issuer", "algorithm", "expires_in", "typ", "idempotency_key")

# RFC 8725 section 3.11: kinds of tokens are told apart by `typ`. `dpop+jwt` is for holders of keys to make.
_TYP = re.compile(r"JWT|(?!dpop\+)[a-z0-9][a-z0-9.-]{0,58}\+jwt")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What is wanted, well formed. Whether the issuer grants it is the issuer's business."""

    claims: Mapping[str, Any]
    issuer: str = DEFAULT
    algorithm: str | None = None
    expires_in: int | None = None
    typ: str = ACCESS_TOKEN
    idempotency_key: str | None = None

    @classmethod
    def parse(cls, given: object) -> TokenRequest:
        """A request from JSON values. Raises InvalidRequest, UnsupportedAlgorithm."""
        if not isinstance(given, Mapping):
            raise InvalidRequest(f"request: an object is needed, {kind(given)} was given")
        for name in given:
            if name not in FIELDS:
                raise InvalidRequest(f"{shown(name)}: no such field; known are {', '.join(FIELDS)}")
        if "claims" not in given:
            raise InvalidRequest("claims: missing; an object is needed")
        typ = _typ(given.get("typ", ACCESS_TOKEN))
        claims = check_claims(given["claims"])
        return cls(
            claims=_access_token(claims) if typ == ACCESS_TOKEN else claims,
            issuer=check_name(given.get("issuer", DEFAULT)),
            algorithm=algorithm(given["algorithm"]).name if "algorithm" in given else None,
            expires_in=_seconds(given["expires_in"]) if "expires_in" in given else None,
            typ=typ,
            idempotency_key=_key(given["idempotency_key"]) if "idempotency_key" in given else None,
        )


def _access_token(claims: dict[str, Any]) -> dict[str, Any]:
    """RFC 9068 section 2.2 requires `sub`, `aud` and `client_id`.

    A service that asks for a token for itself is its own client, so that `client_id` defaults to `sub`
    (section 2.2 of the RFC says of such grants that `sub` should identify the client).
    """
    for name in ("sub", "aud"):
        if name not in claims:
            raise InvalidRequest(
                f"claims.{name}: missing; an access token needs it (RFC 9068 section 2.2), typ JWT does not"
            )
    return {"client_id": claims["sub"]} | claims


def _typ(given: object) -> str:
    if not isinstance(given, str) or not _TYP.fullmatch(given):
        raise InvalidRequest(
            f"typ: {shown(given)} is not allowed; allowed are {ACCESS_TOKEN}, JWT and other lower-case "
            "media types in +jwt, without application/ and less dpop+jwt"
        )
    return given


def _seconds(given: object) -> int:
    if type(given) is not int or given < 1:
        raise InvalidRequest(
            f"expires_in: a whole number of seconds from 1 on is needed, {shown(given)} was given"
        )
    return given


def _key(given: object) -> str:
    if not isinstance(given, str) or not 1 <= len(given) <= 128 or not given.isprintable():
        raise InvalidRequest(
            f"idempotency_key: 1 to 128 printable characters are needed, {kind(given)} was given"
        )
    return given
