"""The algorithm table: complete, right about KMS, and strict on signatures."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from jwx.errors import UnsupportedAlgorithm
from jwx.jose.jwa import ALGORITHMS, Algorithm, algorithm, der_to_raw, external_mu, raw_to_der
from tests.fakes.foreign_issuer import private_key, sign

NAMES = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"),
    *("Ed25519", "EdDSA", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"),
)


def test_the_table_is_complete_and_symmetric_algorithms_are_not_in_it() -> None:
    """Every asymmetric algorithm that KMS can sign, and nothing else."""
    assert tuple(ALGORITHMS) == NAMES


@pytest.mark.parametrize("name", ["none", "HS256", "ES256K", "Ed448", "es256", "", None, 7, ["ES256"]])
def test_an_unknown_name_is_refused_with_the_allowed_ones(name: object) -> None:
    """The message says what was given and what is allowed."""
    with pytest.raises(UnsupportedAlgorithm, match=r"allowed are RS256, .*ML-DSA-87"):
        algorithm(name)


def test_a_refusal_does_not_grow_with_what_was_sent() -> None:
    """It goes back over HTTP, where an answer has a bound that a request has not."""
    with pytest.raises(UnsupportedAlgorithm) as refused:
        algorithm("x" * 100_000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("name", "kms", "spec", "message_type"),
    [
        ("RS256", "RSASSA_PKCS1_V1_5_SHA_256", "RSA_2048", "DIGEST"),
        ("RS512", "RSASSA_PKCS1_V1_5_SHA_512", "RSA_2048", "DIGEST"),
        ("PS384", "RSASSA_PSS_SHA_384", "RSA_2048", "DIGEST"),
        ("ES256", "ECDSA_SHA_256", "ECC_NIST_P256", "DIGEST"),
        ("ES512", "ECDSA_SHA_512", "ECC_NIST_P521", "DIGEST"),
        ("Ed25519", "ED25519_SHA_512", "ECC_NIST_EDWARDS25519", "RAW"),
        ("EdDSA", "ED25519_SHA_512", "ECC_NIST_EDWARDS25519", "RAW"),
        ("ML-DSA-65", "ML_DSA_SHAKE_256", "ML_DSA_65", "EXTERNAL_MU"),
    ],
)
def test_kms_knows_the_algorithm_by_these_names(name: str, kms: str, spec: str, message_type: str) -> None:
    """As KMS's service model spells them; the first key spec is the default."""
    row = algorithm(name)
    assert (row.kms_signing_algorithm, row.kms_key_specs[0], row.kms_message_type) == (
        kms,
        spec,
        message_type,
    )


@pytest.mark.parametrize("row", ALGORITHMS.values(), ids=ALGORITHMS.keys())
def test_a_signature_verifies_for_its_message_and_key_only(row: Algorithm) -> None:
    """Another message, key, bit or length is refused."""
    public, message = private_key(row.name).public_key(), b"header.payload"
    signature = sign(row.name, message)
    assert row.verify(public, signature, message)
    assert not row.verify(public, signature, message + b"x")
    assert not row.verify(private_key(row.name, 1).public_key(), signature, message)
    assert not row.verify(public, bytes([signature[0] ^ 1]) + signature[1:], message)
    assert not row.verify(public, signature[:-1], message)
    assert not row.verify(public, signature + b"\0", message)
    assert not row.verify(public, b"", message)


@pytest.mark.parametrize("name", ["PS256", "PS384", "PS512"])
def test_a_salt_of_another_length_is_refused(name: str) -> None:
    """RFC 7518 section 3.5: as long as the hash."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    row = algorithm(name)
    digest = getattr(hashes, str(row.hash).upper())()
    for length in (0, digest.digest_size - 1, padding.PSS.MAX_LENGTH):
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=length)
        signature = private_key(name).sign(b"message", pss, digest)
        assert not row.verify(private_key(name).public_key(), signature, b"message")


@pytest.mark.parametrize("name", [n for n, row in ALGORITHMS.items() if row.kms_message_type == "DIGEST"])
def test_signing_the_digest_is_signing_the_message(name: str) -> None:
    """What KMS makes of `digest` verifies against the whole message."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    row, key = algorithm(name), private_key(name)
    digest = getattr(hashes, str(row.hash).upper())()
    given = row.digest(b"message")
    if row.kty == "EC":
        signature = key.sign(given, ec.ECDSA(Prehashed(digest)))
    else:
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        signature = key.sign(given, pss if name[0] == "P" else padding.PKCS1v15(), Prehashed(digest))
    assert row.verify(key.public_key(), row.jws_signature(signature), b"message")


@pytest.mark.parametrize("name", ["Ed25519", "EdDSA", "ML-DSA-44"])
def test_what_signs_the_whole_message_has_no_digest(name: str) -> None:
    """KMS would sign something else than JWS wants."""
    with pytest.raises(TypeError, match=name):
        algorithm(name).digest(b"message")


@pytest.mark.parametrize("name", ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
def test_the_external_mu_is_the_one_of_fips_204(name: str) -> None:
    """A signature over the message verifies over this mu."""
    public = private_key(name).public_key()
    mu = external_mu(public.public_bytes_raw(), b"message")
    assert len(mu) == 64
    public.verify_mu(private_key(name).sign(b"message"), mu)


def test_der_and_raw_are_each_others_inverse_with_leading_zeros_kept() -> None:
    """A small R or S is padded to the full width."""
    raw = (5).to_bytes(66) + (2**520).to_bytes(66)
    assert der_to_raw(raw_to_der(raw, 66), 66) == raw


def test_a_raw_signature_of_the_wrong_size_is_no_der() -> None:
    """The message names both sizes."""
    with pytest.raises(ValueError, match="64 bytes was expected, not of 63"):
        raw_to_der(bytes(63), 32)


def test_primitives_are_imported_for_the_key_types_in_use_only() -> None:
    """A verifier of P-256 tokens loads neither RSA nor ML-DSA, nor what dataclasses drag in."""
    script = (
        "import sys, jwx.verification.verifier, jwx.jose.jwa\n"
        "from jwx.jose.jwk_set import parse_jwk_set\n"
        "loaded = lambda: {m.rsplit('.', 1)[-1] for m in sys.modules if 'asymmetric.' in m}\n"
        "assert not loaded(), loaded()\n"
        "parse_jwk_set(sys.argv[1].encode())\n"
        "assert not loaded() & {'rsa', 'padding', 'mldsa', 'ed25519'}, loaded()\n"
        "assert not {'dataclasses', 'inspect', 'jwt', 'botocore', 'boto3'} & sys.modules.keys()\n"
    )
    from tests.fakes.foreign_issuer import jwks

    subprocess.run([sys.executable, "-c", script, jwks("ES256").decode()], check=True)  # noqa: S603


@pytest.mark.parametrize("size", [32, 48, 66])
@pytest.mark.parametrize("first", [b"", b"\x00", b"\x01", b"\x7f", b"\x80", b"\xff", b"\x00\x00\x80"])
@pytest.mark.parametrize("rest", [b"\x00", b"\x01", b"\xff"])
def test_der_is_what_the_library_makes_of_it(size: int, first: bytes, rest: bytes) -> None:
    """Zero, leading zeros, a first bit that would mean a minus, and the long form of P-521."""
    number = (first + rest * size)[:size]
    other = rest * size
    for raw in (number + other, other + number):
        r, s = int.from_bytes(raw[:size]), int.from_bytes(raw[size:])
        assert raw_to_der(raw, size) == encode_dss_signature(r, s)
