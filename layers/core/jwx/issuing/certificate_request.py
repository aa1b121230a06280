"""Certificate signing requests (PKCS #10, RFC 2986), signed by KMS so that a CA can certify a signing key.

The prover signs them: the rotation's role may not. So that this opens no way to a token, the
prover takes no bytes to sign: it takes a `kid` and a name, finds the key in the ring, and builds what is
signed, the CertificationRequestInfo, itself. That is a DER SEQUENCE which begins with its version: within its
first seven bytes stand `02 01 00`, none of which a JWS signing input (RFC 7515 section 5.1: base64url and a
dot) can hold. It starts with 0x30, and so is no probe, which starts with NUL (`jwx.issuing.probe`). A name
follows the version, and so it is no certificate or revocation list, where an algorithm would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from jwx.errors import (
    InvalidRequest,
    KeyRingUnavailable,
    ServiceFailed,
    SigningUnavailable,
    UnknownIssuer,
    UnknownKey,
)
from jwx.issuer_names import check_name, shown
from jwx.issuing.claims import kind
from jwx.issuing.probe import Signer
from jwx.jose import jwa
from jwx.jose.jwk import load_public_key
from jwx.ports import RingStore
from jwx.ring.keyring import KeyRing, SigningKey

MAX_SUBJECT: Final = 512
"""Characters of a name in all. Ed25519 signs the whole request, of which KMS takes 4096 bytes."""

_ATTRIBUTES: Final = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "UID": NameOID.USER_ID,
    "CN": NameOID.COMMON_NAME,
}
"""RFC 4514 section 3, in the order in which a name has them: the members of a JSON object have none."""

_INTERFACES: Final[Mapping[str, Any]] = {
    "RSA": rsa.RSAPrivateKey,
    "EC": ec.EllipticCurvePrivateKey,
    "OKP": ed25519.Ed25519PrivateKey,
    "ML-DSA-44": mldsa.MLDSA44PrivateKey,
    "ML-DSA-65": mldsa.MLDSA65PrivateKey,
    "ML-DSA-87": mldsa.MLDSA87PrivateKey,
}


def read_subject(given: object) -> x509.Name:
    """A name in RFC 4514's form, `CN=...,O=...`, or as an object of its attributes. Raises InvalidRequest."""
    if not isinstance(given, str | Mapping) or not given:
        raise InvalidRequest(
            f"subject: a string or an object of attributes is needed, {kind(given)} was given"
        )
    texts = [given] if isinstance(given, str) else [*given, *given.values()]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidRequest("subject: its attributes are strings")
    if (there := sum(map(len, texts))) > MAX_SUBJECT:
        raise InvalidRequest(f"subject: {there} characters are more than the {MAX_SUBJECT} allowed")
    try:
        name = x509.Name.from_rfc4514_string(given) if isinstance(given, str) else _name(given)
        name.public_bytes()
    except ValueError as error:
        raise InvalidRequest(f"subject: is no name by RFC 4514 and X.520: {error or 'malformed'}") from None
    if not name.rdns:
        raise InvalidRequest("subject: one attribute or more is needed")
    return name


def requestable(ring: KeyRing | None, *, issuer: str, kid: str) -> SigningKey:
    """The key of that `kid`, if it is ours and in the JWK Set. Raises UnknownKey or another JwxError."""
    if ring is None:
        raise UnknownIssuer(f"issuer: there is no issuer {issuer!r}")
    if ring.restored:
        raise KeyRingUnavailable(f"the key ring of issuer {issuer!r} was restored and is not checked yet")
    key = ring.key(kid)
    if key is None:
        raise UnknownKey(f"kid: {shown(kid)} is not a key of issuer {issuer!r}")
    if key.key_arn is None or key.retired_at is not None or key.revoked_at is not None:
        raise InvalidRequest(f"kid: {shown(kid)} is not one of our own keys in the JWK Set")
    return key


def answer_certificate_request(given: object, *, store: RingStore, signer: Signer) -> dict[str, str]:
    """The prover's side: a request in PEM for a key of the ring. Neither bytes nor a KMS key can be named."""
    if not isinstance(given, Mapping) or set(given) != {"issuer", "kid", "subject"}:
        raise InvalidRequest("certificate_request: an object of issuer, kid and subject is needed")
    issuer, kid = check_name(given["issuer"]), given["kid"]
    if not isinstance(kid, str):
        raise InvalidRequest(f"certificate_request.kid: a string is needed, {kind(kid)} was given")
    subject = read_subject(given["subject"])
    key = requestable(store.load(issuer), issuer=issuer, kid=kid)
    return {"pem": _signed(key, subject, signer).public_bytes(Encoding.PEM).decode()}


def _name(attributes: Mapping[str, str]) -> x509.Name:
    for name in attributes:
        if name not in _ATTRIBUTES:
            raise InvalidRequest(f"subject.{shown(name)}: is not one of {', '.join(_ATTRIBUTES)}")
    present = (name for name in _ATTRIBUTES if name in attributes)
    return x509.Name([x509.NameAttribute(_ATTRIBUTES[name], attributes[name]) for name in present])


def _signed(key: SigningKey, subject: x509.Name, signer: Signer) -> x509.CertificateSigningRequest:
    row = jwa.algorithm(key.algorithm)

    def sign(message: bytes) -> bytes:
        signature = signer.sign(str(key.key_arn), row.name, message)
        width = (row.signature_size or 0) // 2
        return jwa.raw_to_der(signature, width) if row.kty == "EC" else signature

    private = _kind(row.kty if row.kty != "AKP" else row.name)(load_public_key(key.jwk, row), sign)
    digest: Any = getattr(hashes, row.hash.upper())() if row.hash else None
    salted = padding.PSS(padding.MGF1(digest), digest.digest_size) if row.name.startswith("PS") else None
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    made = builder.sign(private, digest, rsa_padding=salted)  # type: ignore[arg-type]  # see _KmsKey
    if not made.is_signature_valid:
        raise SigningUnavailable("KMS Sign: its signature does not fit the key's JWK")
    return made


class _KmsKey:
    """A private key as the library's builder uses one: it gives the public half, and signs."""

    def __init__(self, public_key: jwa.PublicKey, sign: Callable[[bytes], bytes]) -> None:
        self._public_key = public_key
        self._sign = sign

    def public_key(self) -> jwa.PublicKey:
        """What the request is about."""
        return self._public_key

    def sign(self, message: bytes, *_scheme: object) -> bytes:
        """Signs what begins as a CertificationRequestInfo does, and nothing else, whoever built it.

        The scheme is the row's, as the caller of the builder chose it.
        """
        if message[:1] != b"\x30" or b"\x02\x01\x00" not in message[2:7]:
            raise ServiceFailed("certificate_request: what was built is no CertificationRequestInfo")
        return self._sign(message)


@cache
def _kind(name: str) -> type[_KmsKey]:
    """The builder tells the kind of a key by its class: one for each, announced as of that kind."""
    made = type(name, (_KmsKey,), {})
    _INTERFACES[name].register(made)
    return made
