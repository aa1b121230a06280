"""Bad discovery documents, each with the one rule that it breaks."""

from __future__ import annotations

from typing import Any

from jwx_cli.linter.seen import Kind

ISSUER = "https://issuer.example.com/one"

OPENID = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "response_types_supported": ["code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    "claims_parameter_supported": False,
}
OAUTH = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "response_types_supported": ["code"],
}


def changed(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy; a change to None takes a member out."""
    return {name: value for name, value in (document | changes).items() if value is not None}


def _lacking(kind: Kind, document: dict[str, Any], *names: str) -> list[tuple[str, Kind, dict[str, Any]]]:
    return [("discovery.member-missing", kind, changed(document, **{name: None})) for name in names]


_ALGS = "id_token_signing_alg_values_supported"

SOUND: dict[str, tuple[Kind, dict[str, Any]]] = {
    "OpenID Connect": (Kind.OPENID, OPENID),
    "RFC 8414": (Kind.OAUTH, OAUTH),
    "implicit grant only: no token endpoint": (
        Kind.OPENID,
        changed(OPENID, grant_types_supported=["implicit"], token_endpoint=None),
    ),
    "client credentials only: no authorization endpoint": (
        Kind.OAUTH,
        changed(OAUTH, grant_types_supported=["client_credentials"], authorization_endpoint=None),
    ),
    "on this machine": (Kind.OAUTH, changed(OAUTH, jwks_uri="http://localhost:8080/jwks")),
}

BAD: list[tuple[str, Kind, dict[str, Any]]] = [
    *_lacking(Kind.OPENID, OPENID, *list(OPENID)[:-1]),
    *_lacking(Kind.OAUTH, OAUTH, *(name for name in OAUTH if name != "jwks_uri")),
    ("discovery.jwks-uri-missing", Kind.OAUTH, changed(OAUTH, jwks_uri=None)),
    ("discovery.member-type", Kind.OPENID, changed(OPENID, issuer=7)),
    ("discovery.member-type", Kind.OPENID, changed(OPENID, scopes_supported="openid")),
    ("discovery.member-type", Kind.OPENID, changed(OPENID, jwks_uri=[])),
    ("discovery.empty-array", Kind.OPENID, changed(OPENID, scopes_supported=[])),
    ("discovery.issuer-mismatch", Kind.OPENID, changed(OPENID, issuer=f"{ISSUER}/")),
    ("discovery.issuer-mismatch", Kind.OAUTH, changed(OAUTH, issuer="https://ISSUER.example.com/one")),
    ("discovery.plain-jwks-uri", Kind.OPENID, changed(OPENID, jwks_uri="http://issuer.example.com/jwks")),
    ("discovery.endpoint", Kind.OPENID, changed(OPENID, token_endpoint="http://issuer.example.com/token")),
    ("discovery.endpoint", Kind.OPENID, changed(OPENID, token_endpoint="/token")),
    ("discovery.endpoint", Kind.OPENID, changed(OPENID, token_endpoint="https://[")),
    ("discovery.urn-endpoint", Kind.OPENID, changed(OPENID, authorization_endpoint="urn:example:none")),
    ("discovery.alg-none", Kind.OPENID, changed(OPENID, **{_ALGS: ["RS256", "none"]})),
    ("discovery.alg-symmetric", Kind.OPENID, changed(OPENID, **{_ALGS: ["RS256", "HS256"]})),
    ("discovery.rs256", Kind.OPENID, changed(OPENID, **{_ALGS: ["ES256"]})),
]
BAD_ISSUERS = [
    "http://issuer.example.com",
    "https://issuer.example.com?tenant=1",
    "https://issuer.example.com#a",
]
