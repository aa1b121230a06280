"""A certificate authority that certifies whatever it is asked to, rightly or as a test wants it wrong."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

NOW = 1_800_000_000
YEAR = 365 * 86400


@cache
def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    """The same key for the same name."""
    return ec.derive_private_key(int.from_bytes(name.encode()) + 2, ec.SECP256R1())


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What an authority writes down; the defaults make a good certificate of an authority below the root."""

    subject: str
    issuer: str = "CN=Root"
    signed_by: Any = None
    """None: the key of the name `issuer`."""
    ca: bool | None = True
    """None: no basic constraints at all."""
    path_length: int | None = None
    usage: str | None = None
    """The one key usage that it allows; None: it does not say."""
    start: int = NOW - 60
    end: int = NOW + YEAR
    digest: Any = field(default_factory=hashes.SHA256)

    def of(self, public_key: Any) -> x509.Certificate:
        """The certificate of that key."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name.from_rfc4514_string(self.subject))
            .issuer_name(x509.Name.from_rfc4514_string(self.issuer))
            .public_key(public_key)
            .serial_number(7)
            .not_valid_before(datetime.fromtimestamp(self.start, UTC))
            .not_valid_after(datetime.fromtimestamp(self.end, UTC))
        )
        if self.ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(self.ca, self.path_length), critical=True)
        if self.usage is not None:
            builder = builder.add_extension(_only(self.usage), critical=True)
        key = self.signed_by or private_key(self.issuer)
        same = True if isinstance(key, ec.EllipticCurvePrivateKey) else None  # in every run
        return builder.sign(key, self.digest, ecdsa_deterministic=same)

    def made(self) -> x509.Certificate:
        """The certificate of an authority that is named by its subject."""
        return self.of(private_key(self.subject).public_key())


def root(**other: Any) -> x509.Certificate:
    """A self-signed authority."""
    return Certificate(**{"subject": "CN=Root"} | other).made()


def leaf(public_key: Any, **other: Any) -> x509.Certificate:
    """A certificate of a signing key, by the root unless told otherwise."""
    return Certificate(**{"subject": "CN=issuer.example.com", "ca": None} | other).of(public_key)


def pem(certificate: x509.Certificate) -> str:
    """As CAs hand them out."""
    return certificate.public_bytes(Encoding.PEM).decode()


def base64_der(certificate: x509.Certificate) -> str:
    """As RFC 7517 section 4.7 has them."""
    return b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _only(usage: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name == usage for name in names})
