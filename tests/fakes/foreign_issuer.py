"""An issuer that is not ours: keys of every algorithm, tokens in any shape, right or wrong."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx.jose import base64url
from jwx.jose.jwa import Algorithm, algorithm
from jwx.jose.jwk import jwk_set_document, public_jwk

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1_800_000_000
ISSUER = "https://issuer.example.com"
AUDIENCE = "api://orders"
_CURVES: dict[str, type[Any]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
_ML_DSA: dict[str, type[Any]] = {
    "ML-DSA-44": mldsa.MLDSA44PrivateKey,
    "ML-DSA-65": mldsa.MLDSA65PrivateKey,
    "ML-DSA-87": mldsa.MLDSA87PrivateKey,
}


def private_key(name: str, serial: int = 0) -> Any:
    """A key for the algorithm; another `serial` is another key. Made once: RSA keys take their time."""
    return _generate(name, serial)


@cache
def _generate(name: str, serial: int) -> Any:
    row = algorithm(name)
    if row.kty == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if row.kty == "EC":
        return ec.generate_private_key(_CURVES[str(row.crv)]())
    if row.kty == "OKP":
        return ed25519.Ed25519PrivateKey.generate()
    return _ML_DSA[name].generate()


def jwk(name: str, serial: int = 0) -> dict[str, str]:
    """The public JWK of that key."""
    public = private_key(name, serial).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public_jwk(der, algorithm=algorithm(name))


def jwks(*names: str) -> bytes:
    """A JWK Set of these algorithms' keys."""
    return jwk_set_document([jwk(name) for name in names])


def sign(name: str, message: bytes, serial: int = 0) -> bytes:
    """A JWS signature."""
    row, key = algorithm(name), private_key(name, serial)
    if row.kty == "RSA":
        digest = _hash(row)
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        signature = key.sign(message, padding.PKCS1v15() if name.startswith("RS") else pss, digest)
    elif row.kty == "EC":
        signature = key.sign(message, ec.ECDSA(_hash(row)))
    else:
        signature = key.sign(message)
    return row.jws_signature(signature)


def _hash(row: Algorithm) -> Any:
    return getattr(hashes, str(row.hash).upper())()


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; None for a claim leaves it out."""
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "svc-1",
        "client_id": "svc-1",
        "scope": "orders:read",
        "iat": NOW,
        "exp": NOW + 3600,
        "jti": "k8s1v0",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(
    name: str = "ES256",
    *,
    serial: int = 0,
    header: Mapping[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A good token, less the changes to its claims and its header (None takes a member out)."""
    usual = {"typ": "at+jwt", "alg": name, "kid": jwk(name, serial)["kid"]} | dict(header or {})
    kept = {member: value for member, value in usual.items() if value is not None}
    return raw_token(json.dumps(kept).encode(), json.dumps(claims(**changes)).encode(), name, serial)


def raw_token(header: bytes, payload: bytes, name: str = "ES256", serial: int = 0) -> str:
    """A token of these very bytes, rightly signed."""
    signing_input = f"{base64url.encode(header)}.{base64url.encode(payload)}"
    return f"{signing_input}.{base64url.encode(sign(name, signing_input.encode(), serial))}"
