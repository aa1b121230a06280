"""The one table of signature algorithms: RFC 7518 section 3, RFC 8037, RFC 9864 and RFC 9964.

Everything there is to know about an algorithm stands in its row: the shape of its keys, how AWS KMS
names it, the size of its signature and how to verify one. `HS*` and `none` are no rows: a shared
secret cannot be published, and KMS keeps private keys only for these.

Values are named tuples, not dataclasses: importing `dataclasses` costs a quarter of the authorizer's
cold start. The primitives are imported on the first use of a key type, for the same reason.
"""

from __future__ import annotations

import hashlib
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from jwx.errors import UnsupportedAlgorithm
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import (
        MLDSA44PublicKey,
        MLDSA65PublicKey,
        MLDSA87PublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

type PublicKey = (
    RSAPublicKey
    | EllipticCurvePublicKey
    | Ed25519PublicKey
    | MLDSA44PublicKey
    | MLDSA65PublicKey
    | MLDSA87PublicKey
)
type MessageType = Literal["DIGEST", "RAW", "EXTERNAL_MU"]


class Algorithm(NamedTuple):
    """One row: a JWS `alg` value and everything that follows from it."""

    name: str
    kty: str
    crv: str | None
    hash: str | None
    signature_size: int | None
    """In bytes as JWS wants it; None where it is the size of the RSA modulus."""
    kms_signing_algorithm: str
    kms_key_specs: tuple[str, ...]
    """Those that KMS can sign this algorithm with; the first is the default."""
    kms_message_type: MessageType

    def verify(self, public_key: PublicKey, signature: bytes, message: bytes) -> bool:
        """Whether `signature` is this key's over `message`; the key must be of this row's kind."""
        if self.signature_size is not None and len(signature) != self.signature_size:
            return False
        return _verifier(self.name)(public_key, signature, message)

    def digest(self, message: bytes) -> bytes:
        """What KMS is sent for `DIGEST`: any size of token fits in the few bytes of its hash."""
        if self.kms_message_type != "DIGEST" or self.hash is None:
            raise TypeError(f"{self.name} signs the message, not a digest of it")
        return hashlib.new(self.hash, message).digest()

    def jws_signature(self, kms_signature: bytes) -> bytes:
        """KMS answers ECDSA in DER; RFC 7518 section 3.4 wants R and S side by side, in full width."""
        if self.kty == "EC" and self.signature_size is not None:
            return der_to_raw(kms_signature, self.signature_size // 2)
        return kms_signature


def _rsa(name: str, kms: str, bits: int) -> Algorithm:
    specs = ("RSA_2048", "RSA_3072", "RSA_4096")
    return Algorithm(name, "RSA", None, f"sha{bits}", None, f"{kms}_SHA_{bits}", specs, "DIGEST")


def _ec(name: str, crv: str, bits: int, size: int) -> Algorithm:
    spec = f"ECC_NIST_{crv.replace('-', '')}"
    return Algorithm(name, "EC", crv, f"sha{bits}", size, f"ECDSA_SHA_{bits}", (spec,), "DIGEST")


def _ed25519(name: str) -> Algorithm:
    return Algorithm(name, "OKP", "Ed25519", None, 64, "ED25519_SHA_512", ("ECC_NIST_EDWARDS25519",), "RAW")


def _ml_dsa(level: int, size: int) -> Algorithm:
    # Sent as its 64-byte mu, so that KMS's bound of 4096 bytes on a message never matters.
    spec = f"ML_DSA_{level}"
    return Algorithm(f"ML-DSA-{level}", "AKP", None, None, size, "ML_DSA_SHAKE_256", (spec,), "EXTERNAL_MU")


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        row.name: row
        for row in (
            _rsa("RS256", "RSASSA_PKCS1_V1_5", 256),
            _rsa("RS384", "RSASSA_PKCS1_V1_5", 384),
            _rsa("RS512", "RSASSA_PKCS1_V1_5", 512),
            _rsa("PS256", "RSASSA_PSS", 256),
            _rsa("PS384", "RSASSA_PSS", 384),
            _rsa("PS512", "RSASSA_PSS", 512),
            _ec("ES256", "P-256", 256, 64),
            _ec("ES384", "P-384", 384, 96),
            _ec("ES512", "P-521", 512, 132),
            _ed25519("Ed25519"),  # RFC 9864
            _ed25519("EdDSA"),  # RFC 8037: the older, polymorphic name; Ed25519 is all it means here
            _ml_dsa(44, 2420),
            _ml_dsa(65, 3309),
            _ml_dsa(87, 4627),
        )
    }
)


def algorithm(name: object) -> Algorithm:
    """The row of that name; the error says which names there are."""
    row = ALGORITHMS.get(name) if isinstance(name, str) else None
    if row is None:
        # The caller chose it: an answer must not grow with it.
        raise UnsupportedAlgorithm(f"algorithm: got {repr(name)[:80]}; allowed are {', '.join(ALGORITHMS)}")
    return row


def der_to_raw(der: bytes, size: int) -> bytes:
    """An ECDSA signature from DER to R || S, each `size` bytes wide (RFC 7518 section 3.4)."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def raw_to_der(raw: bytes, size: int) -> bytes:
    """An ECDSA signature from R || S, each `size` bytes wide, to the DER that primitives take.

    By hand (X.690 section 8.3: the shortest form, and no first bit that would mean a minus): each token
    needs it, and this takes a third of the time of `encode_dss_signature`.
    """
    if len(raw) != 2 * size:
        raise ValueError(f"an ECDSA signature of {2 * size} bytes was expected, not of {len(raw)}")
    r, s = raw[:size].lstrip(b"\0"), raw[size:].lstrip(b"\0")
    if not r or r[0] > 127:
        r = b"\0" + r
    if not s or s[0] > 127:
        s = b"\0" + s
    length = len(r) + len(s) + 4
    form = b"\x30%c\x02%c%b\x02%c%b" if length < 128 else b"\x30\x81%c\x02%c%b\x02%c%b"
    return form % (length, len(r), r, len(s), s)


def external_mu(public_key: bytes, message: bytes) -> bytes:
    """The message representative of ML-DSA (FIPS 204 section 6.2, empty context), for `EXTERNAL_MU`."""
    tr = hashlib.shake_256(public_key).digest(64)
    return hashlib.shake_256(tr + b"\x00\x00" + message).digest(64)


@cache
def _verifier(name: str) -> Callable[[Any, bytes, bytes], bool]:
    """Bind the primitive's arguments once; building them anew costs as much as parsing a token."""
    from cryptography.exceptions import InvalidSignature

    row = ALGORITHMS[name]
    encode, arguments = _primitive(row)

    def verify(public_key: Any, signature: bytes, message: bytes) -> bool:
        try:
            public_key.verify(encode(signature) if encode else signature, message, *arguments)
        except InvalidSignature:
            return False
        return True

    return verify


def _primitive(row: Algorithm) -> tuple[Callable[[bytes], bytes] | None, tuple[Any, ...]]:
    """How the primitive wants the signature, and what it is told beside signature and message."""
    if row.kty == "RSA":
        return None, _rsa_scheme(row)
    if row.kty == "EC":
        return _ec_scheme(row)
    return None, ()  # Ed25519 and ML-DSA take the message whole


def _rsa_scheme(row: Algorithm) -> tuple[Any, ...]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = getattr(hashes, str(row.hash).upper())()
    # RFC 7518 section 3.5: the salt of PS* is as long as the hash, no shorter and no longer.
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    return (pss if row.name.startswith("PS") else padding.PKCS1v15()), digest


def _ec_scheme(row: Algorithm) -> tuple[Callable[[bytes], bytes], tuple[Any, ...]]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    width = (row.signature_size or 0) // 2
    return lambda raw: raw_to_der(raw, width), (ec.ECDSA(getattr(hashes, str(row.hash).upper())()),)
