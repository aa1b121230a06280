"""What header members and claims mean, in a few words each: RFC 7515, 7519, 7800, 8693, 9068, OIDC Core."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from jwx_cli.words import duration, moment, printable, relative

HEADER: Final = {
    "alg": "the signature's algorithm",
    "kid": "which key of the issuer signed it",
    "typ": "what kind of token it is",
    "cty": "what kind of content it holds",
    "jku": "a URL of keys; never believed, never fetched",
    "jwk": "a key; never believed",
    "x5u": "a URL of a certificate; never believed, never fetched",
    "x5c": "a certificate; never believed",
    "crit": "extensions that must be understood; none is",
}
CLAIMS: Final = {
    "iss": "who issued it",
    "sub": "who it is about",
    "aud": "for whom it is",
    "exp": "expires",
    "nbf": "not valid before",
    "iat": "issued",
    "jti": "its own name, different for each token",
    "client_id": "which client it was issued to",
    "scope": "what it may be used for",
    "azp": "which client it was issued to",
    "nonce": "ties it to one sign-in",
    "auth_time": "the person signed in",
    "acr": "how well the person was authenticated",
    "amr": "how the person was authenticated",
    "act": "who acts for the subject",
    "cnf": "the key its holder must prove to have: no bearer token",
    "roles": "roles of the subject",
    "groups": "groups of the subject",
    "entitlements": "entitlements of the subject",
    "email": "mail address",
    "name": "name of the person",
    "sid": "the session",
    "events": "what happened (a security event token)",
}
TIMES: Final = frozenset({"exp", "nbf", "iat", "auth_time"})


class Explained(NamedTuple):
    """One member of a header or a claims set."""

    name: str
    value: str
    meaning: str


def explain_header(header: Mapping[str, Any]) -> Iterator[Explained]:
    """Each member of the header."""
    for name, value in header.items():
        yield Explained(printable(name), _text(value), HEADER.get(name, "unknown to us, ignored"))


def explain_claims(claims: Mapping[str, Any], now: float) -> Iterator[Explained]:
    """Each claim; times as a person reads them."""
    for name, value in claims.items():
        meaning = CLAIMS.get(name, "a claim of the issuer's own")
        if name in TIMES:
            over = name == "exp" and _is_number(value) and value <= now
            meaning = f"{'expired' if over else meaning} {_time(value, now)}"
        yield Explained(printable(name), _text(value), meaning)
    if _is_number(claims.get("exp")) and _is_number(claims.get("iat")):
        yield Explained("", "", f"it lives for {duration(claims['exp'] - claims['iat'])}")


def _time(value: Any, now: float) -> str:
    return f"{relative(value, now)}, {moment(value)}" if _is_number(value) else "(this is no time)"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """Strings as they are, all else as JSON; nothing that moves a cursor."""
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
