"""Private keys as KMS makes and uses them, on `cryptography`.

Written from the table of signing algorithms in the KMS API reference (Sign, CreateKey), not from the
product's own table: so a mistake there does not repeat itself here.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa, utils

type KeyFactory = Callable[[str, random.Random], Any]

_CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
}
_ML_DSA: dict[str, Any] = {
    "ML_DSA_44": mldsa.MLDSA44PrivateKey,
    "ML_DSA_65": mldsa.MLDSA65PrivateKey,
    "ML_DSA_87": mldsa.MLDSA87PrivateKey,
}
_HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_RSA_SCHEMES = ("RSASSA_PKCS1_V1_5_SHA_", "RSASSA_PSS_SHA_")

SIGNING_ALGORITHMS: dict[str, tuple[str, ...]] = {
    **{f"RSA_{bits}": tuple(s + h for s in _RSA_SCHEMES for h in _HASHES) for bits in (2048, 3072, 4096)},
    "ECC_NIST_P256": ("ECDSA_SHA_256",),
    "ECC_NIST_P384": ("ECDSA_SHA_384",),
    "ECC_NIST_P521": ("ECDSA_SHA_512",),
    "ECC_NIST_EDWARDS25519": ("ED25519_SHA_512", "ED25519_PH_SHA_512"),
    **dict.fromkeys(_ML_DSA, ("ML_DSA_SHAKE_256",)),
}


def new_key(key_spec: str, seeded: random.Random) -> Any:
    """A private key; the same one for the same seed, except for RSA."""
    if key_spec in _CURVES:
        return ec.derive_private_key(seeded.getrandbits(250) + 1, _CURVES[key_spec])
    if key_spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(seeded.randbytes(32))
    if key_spec in _ML_DSA:
        return _ML_DSA[key_spec].from_seed_bytes(seeded.randbytes(32))
    return rsa.generate_private_key(public_exponent=65537, key_size=int(key_spec.removeprefix("RSA_")))


def public_der(private: Any) -> bytes:
    """The SubjectPublicKeyInfo that GetPublicKey answers."""
    der: bytes = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def signature(private: Any, algorithm: str, message_type: str, message: bytes) -> bytes:
    """What Sign answers. ECDSA comes in DER, and here without randomness, so that runs can be repeated."""
    if algorithm == "ML_DSA_SHAKE_256":
        return bytes(private.sign_mu(message) if message_type == "EXTERNAL_MU" else private.sign(message))
    if algorithm == "ED25519_SHA_512":
        return bytes(private.sign(message))
    digest = _HASHES[algorithm[-3:]]
    hashed = utils.Prehashed(digest) if message_type == "DIGEST" else digest
    if algorithm.startswith("ECDSA"):
        return bytes(private.sign(message, ec.ECDSA(hashed, deterministic_signing=True)))
    if algorithm.startswith("RSASSA_PSS"):
        salted = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        return bytes(private.sign(message, salted, hashed))
    return bytes(private.sign(message, padding.PKCS1v15(), hashed))


def digest_size(algorithm: str) -> int | None:
    """The length of a DIGEST for the algorithm; None where it takes none."""
    return (
        None if algorithm in ("ML_DSA_SHAKE_256", "ED25519_SHA_512") else _HASHES[algorithm[-3:]].digest_size
    )
