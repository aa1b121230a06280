"""Public keys as JWK: sound ones are read and written, all others are refused with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx.errors import InvalidRequest, UnsupportedAlgorithm
from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS, Algorithm, algorithm
from jwx.jose.jwk import jwk_set_document, load_public_key, public_jwk, thumbprint, validate_public_jwk
from jwx.jose.key_material import UnusableKey
from tests.fakes.foreign_issuer import jwk, private_key

P = 2**255 - 19
MEMBERS = {"RSA": ["n", "e"], "EC": ["crv", "x", "y"], "OKP": ["crv", "x"], "AKP": ["pub"]}


def b64(number: int, size: int | None = None) -> str:
    return base64url.encode(number.to_bytes(size or (number.bit_length() + 7) // 8))


@pytest.mark.parametrize("row", ALGORITHMS.values(), ids=ALGORITHMS.keys())
def test_a_key_makes_the_round_trip(row: Algorithm) -> None:
    """What is published is read again as the same key; the kid is its thumbprint."""
    written = jwk(row.name)
    assert list(written) == ["kty", "use", "alg", "kid", *MEMBERS[row.kty]]
    assert written["kid"] == thumbprint(written)
    assert load_public_key(written, row) == private_key(row.name).public_key()


def test_coordinates_are_written_in_full_width() -> None:
    """RFC 7518 section 6.2.1.2, for a key whose coordinate starts with a zero byte."""
    # Found by trial; about one scalar in 128 has such a point.
    scalar = next(n for n in range(1, 2000) if _point(n).x < 2**248 or _point(n).y < 2**248)
    key = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
    written = public_jwk(_spki(key), algorithm=algorithm("ES256"))
    assert len(base64url.decode(written["x"])) == len(base64url.decode(written["y"])) == 32
    assert load_public_key(written, algorithm("ES256")) == key


def _point(scalar: int) -> ec.EllipticCurvePublicNumbers:
    return ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers()


def _spki(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


@pytest.mark.parametrize(
    ("key", "other"), [("RS256", "ES256"), ("ES256", "Ed25519"), ("ES256", "RS256"), ("ES512", "ES256")]
)
def test_a_key_of_another_kind_is_not_published(key: str, other: str) -> None:
    """The ring said one algorithm, KMS made another key."""
    with pytest.raises(UnusableKey):
        public_jwk(_spki(private_key(key).public_key()), algorithm=algorithm(other))


def test_a_weak_key_is_not_published() -> None:
    """What our own verifier would skip is never offered to others."""
    weak = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505
    with pytest.raises(UnusableKey, match="2048"):
        public_jwk(_spki(weak), algorithm=algorithm("RS256"))


RSA, EC, OKP, AKP = jwk("RS256"), jwk("ES256"), jwk("Ed25519"), jwk("ML-DSA-44")
POINT = base64url.decode(EC["x"]) + base64url.decode(EC["y"])
N = int.from_bytes(base64url.decode(RSA["n"]))
Y_BAD = bytearray(base64url.decode(EC["y"]))
Y_BAD[-1] ^= 1
OFF_CURVE = next(
    y
    for y in range(2, 50)
    if pow((y * y - 1) * pow(-121665 * pow(121666, -1, P) * y * y + 1, -1, P), (P - 1) // 2, P) == P - 1
)
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
UNUSABLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "private RSA": (RSA, {"d": "AQAB"}),
    "private by a prime": (RSA, {"p": "AQAB"}),
    "private EC": (EC, {"d": "AA"}),
    "private Ed25519": (OKP, {"d": "AA"}),
    "private ML-DSA": (AKP, {"priv": "AA"}),
    "symmetric": (RSA, {"k": "AA"}),
    "kty symmetric": (RSA, {"kty": "oct"}),
    "kty of another key": (RSA, {"kty": "EC"}),
    "kty missing": (RSA, {"kty": None}),
    "alg of another key": (RSA, {"alg": "RS384"}),
    "alg for encryption": (RSA, {"alg": "RSA-OAEP"}),
    "use for encryption": (RSA, {"use": "enc"}),
    "use null": (RSA, {"use": 0}),
    "key_ops without verify": (EC, {"key_ops": ["sign"]}),
    "key_ops empty": (EC, {"key_ops": []}),
    "key_ops a string": (EC, {"key_ops": "verify"}),
    "key_ops nested": (EC, {"key_ops": [["verify"]]}),
    "key_ops twice": (EC, {"key_ops": ["verify", "verify"]}),
    "key_ops with encrypt": (EC, {"key_ops": ["verify", "encrypt"]}),
    "key_ops with deriveBits": (EC, {"use": None, "key_ops": ["deriveBits", "verify"]}),
    "ML-DSA that anybody can sign for": (
        AKP,
        {"pub": base64url.encode(base64url.decode(AKP["pub"])[:32] + bytes(1280))},
    ),
    "modulus of 2047 bits": (RSA, {"n": b64(2**2046 + 1)}),
    "modulus of 16384 bits": (RSA, {"n": b64(2**16383 + 1)}),
    "modulus even": (RSA, {"n": b64(N + 1)}),
    "modulus with a leading zero": (RSA, {"n": base64url.encode(b"\0" + N.to_bytes(256))}),
    "modulus missing": (RSA, {"n": None}),
    "modulus a number": (RSA, {"n": N}),
    "modulus padded": (RSA, {"n": RSA["n"] + "=="}),
    "modulus in base64": (RSA, {"n": "+/" + RSA["n"][2:]}),
    "modulus empty": (RSA, {"n": ""}),
    "exponent 1": (RSA, {"e": "AQ"}),
    "exponent 2": (RSA, {"e": "Ag"}),
    "exponent even": (RSA, {"e": b64(65536)}),
    "exponent 0": (RSA, {"e": "AA"}),
    "exponent of 65 bits": (RSA, {"e": b64(2**64 + 1)}),
    "exponent missing": (RSA, {"e": None}),
    "point off the curve": (EC, {"y": base64url.encode(bytes(Y_BAD))}),
    "point zero": (EC, {"x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))}),
    "coordinate short": (EC, {"x": base64url.encode(base64url.decode(EC["x"])[1:])}),
    "coordinate long": (EC, {"x": base64url.encode(b"\0" + base64url.decode(EC["x"]))}),
    "coordinate missing": (EC, {"y": None}),
    "coordinate beyond the field": (EC, {"x": base64url.encode(b"\xff" * 32)}),
    "curve of another key": (EC, {"crv": "P-384"}),
    "curve missing": (EC, {"crv": None}),
    "curve secp256k1": (EC, {"crv": "secp256k1"}),
    "curve X25519": (OKP, {"crv": "X25519"}),
    "Ed25519 short": (OKP, {"x": base64url.encode(base64url.decode(OKP["x"])[1:])}),
    "Ed25519 off the curve": (OKP, {"x": base64url.encode(OFF_CURVE.to_bytes(32, "little"))}),
    "coordinates divided elsewhere": (
        EC,
        {"x": base64url.encode(POINT[:31]), "y": base64url.encode(POINT[31:])},
    ),
    "ML-DSA without alg": (AKP, {"alg": None}),
    "ML-DSA of another set": (AKP, {"alg": "ML-DSA-65"}),
    "ML-DSA one byte short": (AKP, {"pub": base64url.encode(base64url.decode(AKP["pub"])[1:])}),
}
UNUSABLE |= {
    f"Ed25519 small order {n}": (OKP, {"x": base64url.encode(bytes.fromhex(x))})
    for n, x in enumerate(SMALL_ORDER)
}


@pytest.mark.parametrize(("good", "change"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_key_is_refused(good: dict[str, Any], change: dict[str, Any]) -> None:
    """Private, symmetric, weak, malformed, or meant for something else."""
    row = algorithm(good["alg"])
    load_public_key(good, row)
    changed = {name: value for name, value in (good | change).items() if value is not None}
    with pytest.raises(UnusableKey):
        load_public_key(changed, row)


@pytest.mark.parametrize(
    ("good", "change"), [case for name, case in UNUSABLE.items() if name != "alg of another key"]
)
def test_an_unusable_key_cannot_be_imported(good: dict[str, Any], change: dict[str, Any]) -> None:
    """The caller is told so by a typed error that names the member or the reason."""
    changed = {name: value for name, value in (good | change).items() if value is not None}
    with pytest.raises((InvalidRequest, UnsupportedAlgorithm), match=r"jwk|algorithm"):
        validate_public_jwk(changed)


def test_a_small_order_key_would_accept_a_forgery() -> None:
    """Why such keys are refused: this signature was made without any private key."""
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(SMALL_ORDER[1]))
    key.verify(bytes.fromhex(SMALL_ORDER[1]) + bytes(32), b"any message")


def test_an_imported_key_keeps_its_kid_and_nothing_unknown() -> None:
    """What is published again is only what we understand."""
    imported = validate_public_jwk(EC | {"kid": "2024-key", "x5c": ["MIIB"], "x": EC["x"]})
    assert imported == EC | {"kid": "2024-key"}


def test_an_imported_key_without_kid_gets_its_thumbprint() -> None:
    """Verifiers find it by that."""
    assert validate_public_jwk({n: v for n, v in EC.items() if n != "kid"}) == EC


@pytest.mark.parametrize("kid", ["", "k" * 129, 7, None, "a\nb"], ids=repr)
def test_an_imported_kid_is_a_short_printable_string(kid: object) -> None:
    """It goes into logs, events and every token header."""
    with pytest.raises(InvalidRequest, match=r"jwk\.kid"):
        validate_public_jwk(EC | {"kid": kid})


@pytest.mark.parametrize("jwk_value", [None, [], "x", 7])
def test_what_is_no_object_cannot_be_imported(jwk_value: object) -> None:
    """The message names the field."""
    with pytest.raises(InvalidRequest, match="jwk: a JSON object"):
        validate_public_jwk(jwk_value)


def test_the_published_set_is_sorted_and_compact() -> None:
    """Equal sets are equal bytes, whatever the order they came in."""
    keys = [jwk("ES256"), jwk("RS256"), jwk("Ed25519")]
    document = jwk_set_document(keys)
    assert document == jwk_set_document(reversed(keys))
    kids = [key["kid"] for key in json.loads(document)["keys"]]
    assert kids == sorted(kids)
    assert b" " not in document
