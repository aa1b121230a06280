"""Certificate requests: KMS signs them with the key that they name, and nothing that could be a token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx.errors import (
    InvalidRequest,
    KeyRingUnavailable,
    ServiceFailed,
    SigningUnavailable,
    UnknownIssuer,
    UnknownKey,
)
from jwx.issuing.certificate_request import MAX_SUBJECT, _KmsKey, answer_certificate_request, read_subject
from jwx.issuing.probe import probe_message
from jwx.jose.jwa import ALGORITHMS, algorithm
from jwx.jose.jwk import load_public_key
from jwx.ring import revocation_transitions
from tests.fakes.token_service import TokenService

SIGNING_INPUT = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def ask(service: TokenService, **fields: Any) -> x509.CertificateSigningRequest:
    """What the signer function answers."""
    given = {"issuer": "default", "subject": "CN=issuer.example.com"} | fields
    answer = service.proving().answer({"certificate_request": given})
    return x509.load_pem_x509_csr(answer["pem"].encode())


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_request_is_of_the_key_and_signed_with_it(name: str) -> None:
    """Each algorithm of the table has its place in X.509 (RFC 4055, 5758, 8410, 9881)."""
    service = TokenService()
    ring = service.open(name)
    csr = ask(service, kid=ring.keys[0].kid)
    key = load_public_key(ring.keys[0].jwk, algorithm(name))
    assert csr.is_signature_valid
    assert csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == key.public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert csr.subject.rfc4514_string() == "CN=issuer.example.com"
    assert service.calls.names.count("kms.Sign") == 1


@pytest.mark.parametrize("name", ["PS256", "PS384", "PS512", "RS512"])
def test_the_scheme_is_the_one_of_the_algorithm(name: str) -> None:
    """An RSA key of PS256 signs its request with PSS and the same hash: one key, one algorithm."""
    service = TokenService()
    csr = ask(service, kid=service.open(name).keys[0].kid)
    scheme = csr.signature_algorithm_parameters
    assert type(scheme).__name__ == ("PSS" if name.startswith("PS") else "PKCS1v15")
    assert csr.signature_hash_algorithm is not None
    assert csr.signature_hash_algorithm.name == algorithm(name).hash


class Recorder:
    """A signer that writes down what it is asked to sign."""

    def __init__(self, service: TokenService) -> None:
        self._signer = service.signer
        self.messages: list[bytes] = []

    def sign(self, key_arn: str, algorithm: str, message: bytes) -> bytes:
        self.messages.append(message)
        return self._signer.sign(key_arn, algorithm, message)


@pytest.mark.parametrize("name", ["ES256", "Ed25519", "RS256", "ML-DSA-44"])
@pytest.mark.parametrize(
    "subject", ["CN=a", "CN=eyJhbGciOiJFUzI1NiJ9.e30", {"O": "A" * 64, "OU": "." * 64, "CN": "_" * 64}]
)
def test_what_is_signed_is_no_signing_input(name: str, subject: Any) -> None:
    """RFC 7515 section 5.1: base64url and a dot. However short the name, the version is in it."""
    service = TokenService()
    ring, recorder = service.open(name), Recorder(service)
    given = {"issuer": "default", "kid": ring.keys[0].kid, "subject": subject}
    pem = answer_certificate_request(given, store=service.store, signer=recorder)["pem"]
    (message,) = recorder.messages
    assert message == x509.load_pem_x509_csr(pem.encode()).tbs_certrequest_bytes
    assert not set(message[:7]) <= SIGNING_INPUT
    assert message[:1] != probe_message("op")[:1]


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"eyJhbGciOiJFUzI1NiJ9.e30",
        b"0n.eyJ",
        probe_message("op"),
        bytes.fromhex("306e020101"),
        b"0" * 8 + b"\x02\x01\x00",
        b"e\x82\x02\x01\x00",
    ],
)
def test_nothing_else_is_signed(message: bytes) -> None:
    """Should a library ever build something else, it does not reach KMS."""
    service, signed = TokenService(), list[bytes]()
    ring = service.open("ES256")

    def sign(message: bytes) -> bytes:
        signed.append(message)
        return b""

    key = _KmsKey(load_public_key(ring.keys[0].jwk, algorithm("ES256")), sign)
    with pytest.raises(ServiceFailed, match="no CertificationRequestInfo"):
        key.sign(message)
    assert signed == []


def test_a_signature_that_does_not_fit_is_no_request() -> None:
    """A key in KMS that is not the one of the ring is found out here, not by the CA."""
    service = TokenService()
    ring = service.open("ES256", standby=True)
    one, other = ring.keys
    service.save(replace(ring, keys=(replace(one, key_arn=other.key_arn), other)))
    with pytest.raises(SigningUnavailable, match="does not fit"):
        ask(service, kid=one.kid)


def test_only_our_own_keys_in_the_set() -> None:
    """Not an imported one, not a revoked or retired one, not an unknown one."""
    service = TokenService()
    ring = service.open("ES256", standby=True)
    (active, standby), foreign = ring.keys, replace(ring.keys[0], kid="foreign", key_arn=None, until=2**40)
    ring = revocation_transitions.revoke(
        replace(ring, keys=(*ring.keys, foreign)), kid=active.kid, reason=None, now=1
    )
    service.save(ring.with_key(standby.kid, retired_at=2))
    for kid in (active.kid, standby.kid, foreign.kid):
        with pytest.raises(InvalidRequest, match="not one of our own keys in the JWK Set"):
            ask(service, kid=kid)
    with pytest.raises(UnknownKey):
        ask(service, kid="nobody")
    assert "kms.Sign" not in service.calls.names


def test_no_ring_no_request() -> None:
    """Neither an unknown issuer's nor a restored one's."""
    service = TokenService()
    with pytest.raises(UnknownIssuer):
        ask(service, kid="k")
    ring = service.open()
    service.store.restore({"default": ring})
    with pytest.raises(KeyRingUnavailable):
        ask(service, kid=ring.keys[0].kid)


@pytest.mark.parametrize(
    "fields",
    [
        {"kid": 7},
        {"issuer": "A"},
        {"key_arn": "arn:aws:kms:eu-central-1:1:key/x"},
        {"message": "ey.ey"},
        {"subject": None},
    ],
)
def test_a_malformed_request_is_refused(fields: dict[str, Any]) -> None:
    """A caller can name neither a KMS key nor bytes to sign."""
    service = TokenService()
    kid = service.open().keys[0].kid
    with pytest.raises(InvalidRequest):
        ask(service, **({"kid": kid} | fields))
    assert "kms.Sign" not in service.calls.names


def test_a_certificate_request_stands_alone() -> None:
    """One call, one journey."""
    with pytest.raises(InvalidRequest, match="alone"):
        TokenService().proving().answer({"certificate_request": {}, "claims": {}})


class TestSubject:
    """RFC 4514's form, or an object that says the same."""

    def test_both_forms_are_one_name(self) -> None:
        """The members of an object have no order: a name has that of X.500, country first."""
        text = read_subject("CN=issuer.example.com,O=Example,C=DE")
        assert read_subject({"CN": "issuer.example.com", "C": "DE", "O": "Example"}) == text
        assert [a.rfc4514_attribute_name for a in text] == ["C", "O", "CN"]

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (None, "subject: a string or an object of attributes is needed, null was given"),
            ("", "an empty string was given"),
            ({}, "an object was given"),
            (["CN=a"], "an array was given"),
            (" ", "subject: is no name"),
            ("CN", "subject: is no name"),
            ("CN=a\x00b", "subject: is no name"),
            ("CN=\ud800", "subject: is no name"),
            ({"CN": "\ud800"}, "subject: is no name"),
            ("C=DEU", "subject: is no name by RFC 4514 and X.520: Attribute's length must be >= 2 and <= 2"),
            ({"CN": "x" * 65}, "must be >= 1 and <= 64"),
            ({"CN": ""}, "must be >= 1 and <= 64"),
            ({"CN": 7}, "subject: its attributes are strings"),
            ({7: "CN"}, "subject: its attributes are strings"),
            ({"SN": "7"}, "subject.'SN': is not one of C, ST, L, STREET, DC, O, OU, UID, CN"),
            ("STREET=" + "x" * MAX_SUBJECT, f"519 characters are more than the {MAX_SUBJECT} allowed"),
            ({"STREET": "x" * MAX_SUBJECT}, f"518 characters are more than the {MAX_SUBJECT} allowed"),
        ],
    )
    def test_what_is_no_name_is_refused(self, given: object, message: str) -> None:
        """With what is allowed."""
        with pytest.raises(InvalidRequest) as refused:
            read_subject(given)
        assert message in str(refused.value)

    def test_the_longest_name_fits_ed25519(self) -> None:
        """KMS signs 4096 bytes as they are: even four bytes a character leave room."""
        service = TokenService()
        csr = ask(
            service, kid=service.open("Ed25519").keys[0].kid, subject=f"STREET={'😀' * (MAX_SUBJECT - 7)}"
        )
        assert len(csr.tbs_certrequest_bytes) > 2000
