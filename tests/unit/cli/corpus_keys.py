"""Bad JWK Sets, each with the one rule that it breaks.

The sound keys are public values: RFC 7515 appendices A.2 (RSA) and A.3 (P-256), RFC 8037 appendix A.2.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from jwx.jose.jwk import thumbprint

type Key = dict[str, Any]


def named(key: Key, **changes: Any) -> Key:
    """A key with its thumbprint as kid; a change to None takes a member out."""
    whole = {"use": "sig", "kid": thumbprint(key)} | key | changes
    return {name: value for name, value in whole.items() if value is not None}


RSA = named(
    {
        "kty": "RSA",
        "alg": "RS256",
        "e": "AQAB",
        "n": (
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJ"
            "PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0"
            "LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD"
            "Zlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
            "PAcDTW9gb54h4FRWyuXpoQ"
        ),
    }
)
EC = named(
    {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
)
ED = named(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
)
_OFF_CURVE_Y = "A" + EC["y"][1:]
# y = 1: the neutral element, of order 1.
_SMALL_ORDER = base64.urlsafe_b64encode((1).to_bytes(32, "little")).rstrip(b"=").decode()
_ML_DSA = {"kty": "AKP", "use": "sig", "alg": "ML-DSA-44", "kid": "a"}


def _certificate() -> tuple[Key, bytes]:
    """A key in a self-signed certificate."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=9))
    numbers = private.public_key().public_numbers()
    x, y = (
        base64.urlsafe_b64encode(each.to_bytes(32)).rstrip(b"=").decode() for each in (numbers.x, numbers.y)
    )
    key = named({"kty": "EC", "crv": "P-256", "alg": "ES256", "x": x, "y": y})
    return key, builder.sign(private, hashes.SHA256()).public_bytes(Encoding.DER)


CERTIFIED, DER = _certificate()
X5C = [base64.b64encode(DER).decode()]
X5T = base64.urlsafe_b64encode(hashlib.sha256(DER).digest()).rstrip(b"=").decode()

SOUND: dict[str, list[Key]] = {
    "one key of each type": [RSA, EC, ED],
    "a key with its certificate": [CERTIFIED | {"x5c": X5C, "x5t#S256": X5T}],
    "a key for encryption": [EC, named(RSA, use="enc", alg="RSA-OAEP-256")],
    "key_ops in place of use": [named(EC, use=None, key_ops=["verify"])],
}

BAD: list[tuple[str, list[Any]]] = [
    ("jwks.empty", []),
    ("jwks.many", [named(EC, kid=None, x=None) for _ in range(31)]),
    ("jwks.duplicate-kid", [named(EC, kid="a"), named(CERTIFIED, kid="a")]),
    ("jwks.shared-kid", [named(EC, kid="a"), named(RSA, kid="a")]),
    ("jwks.same-key", [RSA, named(RSA, alg="PS256", kid="other")]),
    ("key.form", ["a"]),
    ("key.form", [named(EC, kid=7)]),
    ("key.kty-missing", [named(EC, kty=None)]),
    ("key.kty-unknown", [named(EC, kty="XYZ")]),
    ("key.crv-unknown", [named(EC, crv="secp256k1", alg=None)]),
    ("key.private", [named(EC, d="jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")]),
    ("key.symmetric", [{"kty": "oct", "use": "sig", "kid": "a", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}]),
    ("key.symmetric", [{"kty": "oct", "use": "sig", "kid": "a"}]),
    ("key.member", [named(EC, y=None)]),
    ("key.member", [named(RSA, e=65537)]),
    ("key.base64url", [named(EC, x=EC["x"] + "=")]),
    ("key.base64url", [named(RSA, n=RSA["n"].replace("-", "+"))]),
    ("key.leading-zero", [named(RSA, e="AAEAAQ")]),
    ("key.rsa-size", [named(RSA, n=RSA["n"][:168])]),
    ("key.rsa-exponent", [named(RSA, e="AQ")]),
    ("key.rsa-exponent", [named(RSA, e="AQAA")]),
    ("key.length", [named(EC, x=EC["x"][:40])]),
    ("key.length", [named(ED, x=ED["x"][:40])]),
    ("key.point", [named(EC, y=_OFF_CURVE_Y)]),
    ("key.point", [named(ED, x=_SMALL_ORDER)]),
    ("key.alg-mismatch", [named(EC, alg="RS256")]),
    ("key.alg-mismatch", [named(EC, alg="ES384")]),
    ("key.alg-mismatch", [named(RSA, alg="HS256")]),
    ("key.alg-unknown", [named(EC, alg="ES256K")]),
    ("key.alg-missing", [named(EC, alg=None)]),
    ("key.key-ops", [named(EC, use=None, key_ops=["sign", "verify"])]),
    ("key.key-ops", [named(EC, use=None, key_ops=["verify", "verify"])]),
    ("key.key-ops", [named(EC, use=None, key_ops="verify")]),
    ("key.use-and-key-ops", [named(EC, key_ops=["encrypt"])]),
    ("key.use", [named(EC, use="signature")]),
    ("key.use-missing", [named(EC, use=None)]),
    ("key.kid-missing", [named(EC, kid=None)]),
    ("key.kid-thumbprint", [named(EC, kid="2026-11")]),
    ("key.eddsa", [named(ED, alg="EdDSA")]),
    ("key.certificate", [CERTIFIED | {"x5c": ["not base64"]}]),
    ("key.certificate", [CERTIFIED | {"x5c": []}]),
    ("key.certificate", [EC | {"x5c": X5C}]),
    ("key.certificate-thumbprint", [CERTIFIED | {"x5c": X5C, "x5t": X5T}]),
    ("key.akp", [_ML_DSA | {"pub": "A" * 1752}]),
    ("key.alg-required", [{"kty": "AKP", "use": "sig", "kid": "a", "pub": "AAAA"}]),
]
# What cannot be had alone.
WITH: dict[str, set[str]] = {
    "jwks.many": {"key.member"},
    "jwks.duplicate-kid": {"key.kid-thumbprint"},
    "jwks.shared-kid": {"key.kid-thumbprint"},
    "jwks.same-key": {"key.kid-thumbprint"},
    "key.akp": {"key.length"},
    "key.alg-required": {"key.akp"},
}
