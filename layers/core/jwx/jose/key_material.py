"""From the members of a JWK to a key of the `cryptography` library, refusing weak and malformed ones.

RFC 7518 section 6 (RSA, EC), RFC 8037 section 2 (Ed25519), RFC 9964 section 3 (ML-DSA). The
primitives are imported for the key types that really occur: a set of P-256 keys never loads RSA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jwx.jose import base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwx.jose.jwa import Algorithm, PublicKey

REQUIRED_MEMBERS: Final = {
    "RSA": ("n", "e"),
    "EC": ("crv", "x", "y"),
    "OKP": ("crv", "x"),
    "AKP": ("pub",),
}
MIN_RSA_BITS: Final = 2048  # RFC 7518 section 3.3
MAX_RSA_BITS: Final = 8192  # beyond, one verification costs what an attacker would like it to
_ML_DSA_SIZES: Final = {"ML-DSA-44": 1312, "ML-DSA-65": 1952, "ML-DSA-87": 2592}
_P25519: Final = 2**255 - 19
_D25519: Final = -121665 * pow(121666, -1, _P25519) % _P25519
# The y of the points of order 1, 2, 4 and 8. With such a "key" a signature can be made to hold for
# any message, without any private key.
_ORDER_8: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER: Final = frozenset({0, 1, _P25519 - 1, _ORDER_8, _P25519 - _ORDER_8})


class UnusableKey(ValueError):
    """This JWK cannot verify a signature; the text says why. Others of its set still may."""


type _Reader = Callable[[Mapping[str, Any], Algorithm], PublicKey]


def read_public_key(
    jwk: Mapping[str, Any], algorithm: Algorithm, *, readers: Mapping[str, _Reader] | None = None
) -> PublicKey:
    """The key that the members of the row's kty spell."""
    try:
        return (readers or _READERS)[algorithm.kty](jwk, algorithm)
    except UnusableKey:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableKey("a member is missing or malformed") from error
    except ImportError as error:
        raise UnusableKey("the library beneath does not know its kind") from error
    except _unsupported() as error:
        raise UnusableKey("the library beneath was built without its kind") from error


def is_supported(algorithm: Algorithm, *, readers: Mapping[str, _Reader] | None = None) -> bool:
    """Whether the library beneath knows this row at all. It was built with RSA and EC everywhere."""
    samples: dict[str, Mapping[str, Any]] = {
        "OKP": {"crv": "Ed25519", "x": base64url.encode(b"\x58" + b"\x66" * 31)},  # the base point
        "AKP": {"alg": algorithm.name, "pub": base64url.encode(b"\1" * _ML_DSA_SIZES.get(algorithm.name, 0))},
    }
    if algorithm.kty not in samples:
        return True
    try:
        read_public_key(samples[algorithm.kty], algorithm, readers=readers)
    except UnusableKey:
        return False
    return True


def _unsupported() -> type[Exception]:
    """Of no common kind with the others; imported only when something else than those was raised."""
    from cryptography.exceptions import UnsupportedAlgorithm

    return UnsupportedAlgorithm


def _rsa(jwk: Mapping[str, Any], algorithm: Algorithm) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    modulus, exponent = _unsigned(jwk["n"]), _unsigned(jwk["e"])
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or not modulus & 1:
        raise UnusableKey(f"its modulus is not odd, of {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    if exponent < 3 or not exponent & 1 or exponent.bit_length() > 64:
        raise UnusableKey("its exponent is not odd, from 3, of up to 64 bits")
    return RSAPublicNumbers(exponent, modulus).public_key()


def _unsigned(text: str) -> int:
    data = base64url.decode(text)
    if not data or data[0] == 0:
        # RFC 7518 section 2: Base64urlUInt has no leading zero octets.
        raise UnusableKey("a number is empty or has a leading zero octet")
    return int.from_bytes(data, "big")


def _ec(jwk: Mapping[str, Any], algorithm: Algorithm) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, type[Any]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    x, y = base64url.decode(jwk["x"]), base64url.decode(jwk["y"])
    width = (algorithm.signature_size or 0) // 2
    if jwk["crv"] != algorithm.crv or len(x) != width or len(y) != width:
        raise UnusableKey("its coordinates are not in full width")
    curve = curves[jwk["crv"]]()
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)


def _ed25519(jwk: Mapping[str, Any], algorithm: Algorithm) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    data = base64url.decode(jwk["x"])
    if jwk["crv"] != algorithm.crv or len(data) != 32 or not _is_sound_ed25519(data):
        raise UnusableKey("its point is not on the curve, or of small order")
    return Ed25519PublicKey.from_public_bytes(data)


def _is_sound_ed25519(data: bytes) -> bool:
    """On the curve, in its one spelling, not of small order (RFC 8032 section 5.1.3)."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= _P25519 or y in _SMALL_ORDER:
        return False
    x_squared = (y * y - 1) * pow(_D25519 * y * y + 1, -1, _P25519) % _P25519
    return pow(x_squared, (_P25519 - 1) // 2, _P25519) == 1


def _ml_dsa(jwk: Mapping[str, Any], algorithm: Algorithm) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import mldsa

    data = base64url.decode(jwk["pub"])
    if jwk.get("alg") != algorithm.name or len(data) != _ML_DSA_SIZES[algorithm.name]:
        raise UnusableKey("its alg or its length is not that of the parameter set")
    if not any(data[32:]):
        # t1 = 0 (FIPS 204 section 4): no private key is needed for a signature that such a "key" accepts.
        raise UnusableKey("its t1 is zero")
    kinds: dict[str, Any] = {
        "ML-DSA-44": mldsa.MLDSA44PublicKey,
        "ML-DSA-65": mldsa.MLDSA65PublicKey,
        "ML-DSA-87": mldsa.MLDSA87PublicKey,
    }
    key: PublicKey = kinds[algorithm.name].from_public_bytes(data)
    return key


_READERS: Final[Mapping[str, _Reader]] = {"RSA": _rsa, "EC": _ec, "OKP": _ed25519, "AKP": _ml_dsa}
