"""The one table of rules: what is asked of a publication, how grave its lack is, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from jwx_cli.linter.findings import Finding, Rule, Severity, on_one_line

_OIDC: Final = "OpenID Connect Discovery 1.0"

_ERRORS: Final = (
    # How it is served.
    ("http.plain", "RFC 8414 section 6.1", "documents come over TLS"),
    ("tls.untrusted", "RFC 9110 section 4.3.4", "the certificate is valid for the host"),
    ("http.status", f"RFC 8414 section 3.2, {_OIDC} section 4.2", "the answer is 200 OK"),
    ("http.redirect-insecure", "RFC 8414 section 6.1", "no redirect leaves TLS"),
    ("http.encoding", "RFC 9110 section 12.5.3", "nothing is compressed that was not asked to be"),
    ("http.oversized", "RFC 8725 section 3.10", "documents are small enough for every client"),
    ("json.malformed", "RFC 8259 section 8.1, RFC 7493 section 2.3", "one JSON object with one meaning"),
    # The JWK Set.
    ("jwks.media-type", "RFC 7517 section 8.5.2", "the media type is a JSON one"),
    ("jwks.unreachable", "RFC 8414 section 2", "the key set that is named can be fetched"),
    ("jwks.keys", "RFC 7517 section 5.1", "`keys` is an array"),
    ("jwks.duplicate-kid", "RFC 7517 section 4.5", "a kid names one key"),
    ("key.form", "RFC 7517 section 4", "a key is an object whose members have their types"),
    ("key.kty-missing", "RFC 7517 section 4.1", "`kty` is there"),
    ("key.private", "RFC 7517 section 9.2", "no private key is published"),
    ("key.symmetric", "RFC 7517 section 9.2, RFC 8725 section 3.5", "no shared secret is published"),
    (
        "key.member",
        "RFC 7518 section 6, RFC 8037 section 2, RFC 9964 section 3",
        "the key's members are there",
    ),
    ("key.base64url", "RFC 7515 section 2", "base64url has no padding and one spelling"),
    ("key.leading-zero", "RFC 7518 section 2", "an RSA number has no leading zero octet"),
    ("key.rsa-size", "RFC 7518 section 3.3", "an RSA key has 2048 to 8192 bits"),
    ("key.rsa-exponent", "FIPS 186-5 section A.1.1", "the exponent is odd, from 3"),
    ("key.length", "RFC 7518 section 6.2.1.2, RFC 8037 section 2", "coordinates have their full width"),
    (
        "key.point",
        "RFC 8725 section 3.4, RFC 8032 section 5.1.3",
        "the point is on its curve and not of small order",
    ),
    ("key.alg-mismatch", "RFC 7517 section 4.4, RFC 8725 section 3.1", "`alg` is one that the key can do"),
    ("key.alg-required", "RFC 9964 section 3", "an AKP key has an `alg`"),
    ("key.key-ops", "RFC 7517 section 4.3", "`key_ops` of a published key are public and not repeated"),
    ("key.certificate", "RFC 7517 section 4.7", "the first certificate of `x5c` holds this very key"),
    (
        "key.certificate-thumbprint",
        "RFC 7517 sections 4.8 and 4.9",
        "`x5t` and `x5t#S256` are those of `x5c`",
    ),
    # The discovery documents.
    ("discovery.missing", f"{_OIDC} section 4, RFC 8414 section 3", "an issuer has a discovery document"),
    (
        "discovery.media-type",
        f"{_OIDC} section 4.2, RFC 8414 section 3.2",
        "the media type is application/json",
    ),
    ("discovery.member-missing", f"{_OIDC} section 3, RFC 8414 section 2", "required members are there"),
    ("discovery.member-type", f"{_OIDC} section 3, RFC 8414 section 2", "members have their types"),
    ("discovery.empty-array", f"{_OIDC} section 4.2, RFC 8414 section 3.2", "empty lists are left out"),
    (
        "discovery.issuer-mismatch",
        f"{_OIDC} section 4.3, RFC 8414 section 3.3",
        "`issuer` is the issuer, to the character",
    ),
    (
        "discovery.issuer-form",
        f"{_OIDC} section 3, RFC 8414 section 2",
        "the issuer is https, without query or fragment",
    ),
    ("discovery.plain-jwks-uri", f"{_OIDC} section 3, RFC 8414 section 2", "`jwks_uri` is https"),
    ("discovery.alg-none", "RFC 8725 section 3.2", "`none` signs nothing"),
    ("discovery.disagreement", "RFC 8414 section 5", "the two documents name one issuer and one key set"),
)
_WARNINGS: Final = (
    ("tls.expires-soon", "RFC 5280 section 4.1.2.5", "the certificate is good for two weeks more"),
    (
        "http.redirect",
        f"RFC 8414 section 3.2, {_OIDC} section 4.2",
        "there is no redirect: many clients follow none",
    ),
    ("http.large", "RFC 8725 section 3.10", "documents are well below the bounds of clients"),
    ("http.slow", "API Gateway's JWT authorizers allow 1,500 ms", "the answer comes within a second"),
    ("http.cookie", "RFC 9111 section 7.3", "public documents set no cookie"),
    (
        "http.media-type-changes",
        "RFC 9110 section 9.3.2",
        "each answer names one media type, always the same",
    ),
    ("cache.missing", "RFC 9111 section 4.2.2", "caches are told how long"),
    ("cache.forbidden", "RFC 9111 section 5.2.2", "caches may keep the answer"),
    ("cache.long", "RFC 9111 section 5.2.2.1", "a revoked key is gone within a day"),
    ("cache.vary", "RFC 9110 section 12.5.5", "one copy serves all clients"),
    ("cache.not-modified", "RFC 9110 section 13.1.2", "an unchanged document is answered with 304"),
    ("jwks.empty", "RFC 7517 section 5.1", "there is a key to verify with"),
    ("jwks.many", "RFC 7517 section 5.1", "the set is small"),
    ("jwks.shared-kid", "RFC 7517 section 4.5", "keys of different kinds have different kids, too"),
    ("jwks.same-key", "RFC 8725 section 3.1", "one key has one kid and one algorithm"),
    ("key.kty-unknown", "RFC 7517 section 4.1", "clients know the key type"),
    ("key.crv-unknown", "RFC 7518 section 6.2.1.1, RFC 8037 section 2", "clients know the curve"),
    (
        "key.alg-unknown",
        "RFC 7518 section 3.1",
        "`alg` is an asymmetric signature algorithm that clients know",
    ),
    (
        "key.alg-missing",
        "RFC 8725 section 3.1, RFC 7517 section 4.4",
        "the key says which algorithm it is for",
    ),
    ("key.use", "RFC 7517 section 4.2", "`use` is sig or enc"),
    ("key.use-and-key-ops", "RFC 7517 section 4.3", "`use` and `key_ops` agree"),
    ("key.kid-missing", "RFC 7517 section 4.5", "the key has a kid"),
    ("discovery.jwks-uri-missing", "RFC 8414 section 2", "`jwks_uri` is there"),
    ("discovery.endpoint", f"{_OIDC} section 3, RFC 8414 section 2", "endpoints are https URLs"),
    ("discovery.rs256", f"{_OIDC} section 3", "RS256 is among the ID token algorithms"),
    ("discovery.alg-symmetric", "RFC 8725 section 3.5", "no HS* for tokens that others verify"),
    ("discovery.alg-without-key", f"{_OIDC} section 3", "there is a key for each listed algorithm"),
    ("discovery.alg-unlisted", f"{_OIDC} section 3", "the algorithm of each key is listed"),
)
_HINTS: Final = (
    ("http.loopback", "RFC 8252 section 7.3", "plain http stays on this machine"),
    ("http.head", "RFC 9110 section 9.3.2", "HEAD is answered as GET is"),
    ("http.nosniff", "WHATWG Fetch, X-Content-Type-Options", "browsers do not guess the media type"),
    ("http.hsts", "RFC 6797 section 6.1", "browsers are told to come over TLS only"),
    ("http.cors", "WHATWG Fetch, CORS protocol", "clients in browsers may read it"),
    ("cache.short", "RFC 9111 section 5.2.2.1", "caches keep it a minute at least"),
    ("cache.validator", "RFC 9110 section 8.8", "an ETag or a date makes revalidation cheap"),
    ("jwks.generic-media-type", "RFC 7517 section 8.5.2", "the media type says that it is a JWK Set"),
    ("key.akp", "RFC 9964 section 3", "clients that do not know AKP may refuse the whole set"),
    ("key.eddsa", "RFC 9864 section 2", "Ed25519 is the name now, though few clients know it"),
    ("key.use-missing", "RFC 7517 section 4.2", "`use` or `key_ops` says what the key is for"),
    ("key.kid-thumbprint", "RFC 7638 section 1", "a thumbprint is a kid that no two keys share"),
    ("discovery.openid-missing", f"{_OIDC} section 4", "clients that know only OpenID Connect find it"),
    ("discovery.oauth-missing", "RFC 8414 section 3", "clients that know only RFC 8414 find it"),
    ("discovery.urn-endpoint", f"{_OIDC} section 3", "a urn: in place of an endpoint that there is not"),
)


def _table() -> dict[str, Rule]:
    groups = {Severity.ERROR: _ERRORS, Severity.WARNING: _WARNINGS, Severity.HINT: _HINTS}
    return {
        code: Rule(code=code, severity=severity, reference=reference, title=title)
        for severity, rows in groups.items()
        for code, reference, title in rows
    }


RULES: Final[Mapping[str, Rule]] = MappingProxyType(_table())


def broken(code: str, where: str, message: str) -> Finding:
    """A finding; the code must be in the table."""
    return Finding(rule=RULES[code], where=on_one_line(where), message=on_one_line(message))
