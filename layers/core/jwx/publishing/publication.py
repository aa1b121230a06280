"""The documents that an issuer publishes, as bytes: the JWK Set and discovery (RFC 7517, RFC 8414, OIDC).

They are a function of the key ring, the issuer URL and the time alone, so that the API and the static copy
answer with the same bytes.

Where an issuer that mints tokens only for callers it knows cannot do what the discovery specifications ask:

- OIDC Discovery section 3 and RFC 8414 section 2 ask for an `authorization_endpoint`. There is none; a `urn:`
  stands in its place, as with Kubernetes, so that clients which insist on the member can read the rest.
- Both ask for a `token_endpoint` unless only the implicit grant is supported, which is what we say. Tokens
  are had by a call that AWS signs and authorizes (SigV4), which no OAuth client can make.
- OIDC Discovery section 3 asks for RS256 among the ID token algorithms. We list what is really in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from jwx.issuer_names import DEFAULT, issuer_url
from jwx.jose.jwk import jwk_set_document
from jwx.publishing.certificates import x509_members
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx.ring.token_revocation import live_tokens

JWK_SET: Final = "jwks.json"
OPENID_CONFIGURATION: Final = "openid-configuration"
OAUTH_METADATA: Final = "oauth-authorization-server"
REVOKED_TOKENS: Final = "revoked-tokens.json"
DOCUMENTS: Final = (JWK_SET, OPENID_CONFIGURATION, OAUTH_METADATA, REVOKED_TOKENS)

_JWK_MEMBERS: Final = ("kty", "use", "alg", "kid", "crv", "x", "y", "n", "e", "pub")

AUTHORIZATION_ENDPOINT: Final = "urn:jwx-serverless:direct-invocation"


def documents(ring: KeyRing, *, base_url: str, now: int) -> dict[str, bytes]:
    """All documents of the issuer by their paths, without leading slash; `base_url` is `default`'s URL."""
    by_name = {name: document(ring, name, base_url=base_url, now=now) for name in DOCUMENTS}
    return {path: by_name[name] for path, name in paths(ring.issuer).items()}


def paths(issuer: str) -> dict[str, str]:
    """Which document stands at which path.

    OIDC Discovery section 4 appends the well-known part to the issuer, RFC 8414 section 3 inserts it before
    the issuer's path. Clients mix the two up, so that RFC 8414's document stands at both places.
    """
    if issuer == DEFAULT:
        return {f".well-known/{name}": name for name in DOCUMENTS}
    appended = {f"{issuer}/.well-known/{name}": name for name in DOCUMENTS}
    return appended | {f".well-known/{OAUTH_METADATA}/{issuer}": OAUTH_METADATA}


def document(ring: KeyRing, name: str, *, base_url: str, now: int) -> bytes:
    """One of DOCUMENTS."""
    if name == JWK_SET:
        return jwk_set_document(_public_jwk(key, ring.policy, now) for key in _published(ring, now))
    iss = issuer_url(base_url, ring.issuer)
    if name == REVOKED_TOKENS:
        return _revoked_tokens(iss, ring, now)
    oauth = name == OAUTH_METADATA
    metadata = _oauth_metadata(iss) if oauth else _openid_configuration(iss, _algorithms(ring, now))
    # RFC 8414 section 3.2: members with no element are left out.
    present = {member: value for member, value in metadata.items() if value != []}
    return json.dumps(present, separators=(",", ":")).encode()


def media_type(name: str, jwk_set_type: str) -> str:
    """The Content-Type of a document; that of the JWK Set is a setting, since some old clients want JSON."""
    return jwk_set_type if name == JWK_SET else "application/json"


def caching(ring: KeyRing, name: str, now: int) -> str:
    """The Cache-Control of a document of the ring.

    A JWK Set without keys says that it is meant (RFC 9111 section 5.2.2.2): verifiers, ours among them, take
    an empty set for an accident otherwise, and would go on with the keys that were revoked.
    """
    if name == JWK_SET and not _published(ring, now):
        return f"public, max-age={ring.policy.max_age}, s-maxage={ring.policy.s_maxage}, must-revalidate"
    return cache_control(ring.policy)


def cache_control(policy: RotationPolicy) -> str:
    """What caches may do with a document (RFC 9111, RFC 5861): the promises that `propagation` sums up.

    Always the policy's own values, also when a rotation is late: that no cache can be behind is ensured by
    the overlap of keys, and shrinking them would only load the origin.
    """
    return (
        f"public, max-age={policy.max_age}, s-maxage={policy.s_maxage}, "
        f"stale-while-revalidate={policy.stale_while_revalidate}, stale-if-error={policy.stale_if_error}"
    )


def digest(documents: Mapping[str, bytes]) -> str:
    """One value for all of them, whatever their order."""
    parts = (f"{path}\n{hashlib.sha256(body).hexdigest()}\n" for path, body in sorted(documents.items()))
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _published(ring: KeyRing, now: int) -> list[SigningKey]:
    """The ring's published keys, less a foreign `AKP` key in the set of an issuer that has none of its own.

    One such key makes a widely used client refuse the whole set, and only whoever put ML-DSA into the policy
    knows that no such client is served. Our own stay until they retire, also after the policy dropped them.
    """
    keys = ring.published(now)
    opted_in = any(name.startswith("ML-DSA") for name in ring.policy.algorithms)
    return [key for key in keys if opted_in or key.until is None or key.jwk["kty"] != "AKP"]


def _public_jwk(key: SigningKey, policy: RotationPolicy, now: int) -> dict[str, Any]:
    """RFC 7517 section 4, members in one order; nothing else that a ring may hold gets out.

    Section 4.3 would have `key_ops` stand alone, but clients look for `use`; both together must agree.
    """
    whole: dict[str, Any] = {"use": "sig", "alg": key.algorithm, "kid": key.kid} | dict(key.jwk)
    present = {name: whole[name] for name in _JWK_MEMBERS if name in whole}
    return present | ({"key_ops": ["verify"]} if policy.key_ops else {}) | x509_members(key.x5c(now))


def _algorithms(ring: KeyRing, now: int) -> list[str]:
    """Those of all published keys: what is signed now, soon, and what may still be under way."""
    in_use = {key.algorithm for key in _published(ring, now)}
    known = [name for name in ring.policy.algorithms if name in in_use]
    return known + sorted(in_use.difference(known))


def _openid_configuration(iss: str, algorithms: list[str]) -> dict[str, Any]:
    """OIDC Discovery section 3."""
    return {
        "issuer": iss,
        "authorization_endpoint": AUTHORIZATION_ENDPOINT,
        "jwks_uri": f"{iss}/.well-known/{JWK_SET}",
        "response_types_supported": ["id_token"],
        "grant_types_supported": ["implicit"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"],
    }


def _revoked_tokens(iss: str, ring: KeyRing, now: int) -> bytes:
    """The deny-list of single tokens; no specification has one. Sorted: equal lists are equal bytes."""
    tokens = [{"jti": t.jti, "exp": t.exp} for t in sorted(live_tokens(ring, now), key=lambda t: t.jti)]
    return json.dumps({"issuer": iss, "tokens": tokens}, separators=(",", ":")).encode()


def _oauth_metadata(iss: str) -> dict[str, Any]:
    """RFC 8414 section 2. It has no member for the algorithms of access tokens; their JWKs name them."""
    return {
        "issuer": iss,
        "authorization_endpoint": AUTHORIZATION_ENDPOINT,
        "jwks_uri": f"{iss}/.well-known/{JWK_SET}",
        "response_types_supported": ["token"],
        "grant_types_supported": ["implicit"],
    }
