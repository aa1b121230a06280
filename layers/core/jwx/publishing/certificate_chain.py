"""Checks a certificate chain before it is published with a key (RFC 7517 section 4.7, RFC 5280 section 6).

Whether a client trusts the last certificate is the client's business; that the chain holds together is ours,
since one broken chain makes strict clients refuse the key, or the whole set.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx.errors import InvalidRequest
from jwx.issuing.claims import kind
from jwx.jose.jwa import PublicKey
from jwx.publishing.certificates import MAX_CERTIFICATES, MAX_CHAIN_BYTES

_MALFORMED: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension)
"""What the library raises for certificates that it cannot read, here or in a part of them."""

_STRONG: Final = frozenset({"sha256", "sha384", "sha512"})


class Chain(NamedTuple):
    """A chain that was checked, as a key ring holds it."""

    certificates: tuple[str, ...]
    """RFC 7517 section 4.7: base64 of DER, the key's own first."""
    until: int
    """Epoch seconds at which its first certificate expires."""


def read_chain(given: object) -> list[x509.Certificate]:
    """The certificates of a request: a list of PEM or base64 of DER. Raises InvalidRequest."""
    if not isinstance(given, list) or not 0 < len(given) <= MAX_CERTIFICATES:
        count = f"{len(given)} entries" if isinstance(given, list) else kind(given)
        raise InvalidRequest(
            f"chain: a list of 1 to {MAX_CERTIFICATES} certificates is needed, {count} was given"
        )
    texts = [_text(one, place) for place, one in enumerate(given)]
    if (there := sum(map(len, texts))) > 2 * MAX_CHAIN_BYTES:  # PEM and base64 take a third more than DER
        raise InvalidRequest(f"chain: {there} characters are more than the {2 * MAX_CHAIN_BYTES} allowed")
    chain = [_certificate(text, place) for place, text in enumerate(texts)]
    if (there := sum(len(_der(one)) for one in chain)) > MAX_CHAIN_BYTES:
        raise InvalidRequest(f"chain: {there} bytes of DER are more than the {MAX_CHAIN_BYTES} allowed")
    return chain


def check_chain(chain: Sequence[x509.Certificate], *, key: PublicKey, now: int) -> Chain:
    """The chain, if it vouches for that very key now. Raises InvalidRequest that names the certificate."""
    if len({_der(one) for one in chain}) != len(chain):
        raise InvalidRequest("chain: a certificate is listed twice")
    for place, one in enumerate(chain):
        _check_dates(one, place, now)
    _parsed(0, lambda: _check_leaf(chain[0], key))
    for place in range(1, len(chain)):
        _check_issued(chain[place - 1], chain[place], place)
    until = min(int(one.not_valid_after_utc.timestamp()) for one in chain)
    return Chain(tuple(b64encode(_der(one)).decode() for one in chain), until)


def _text(given: object, place: int) -> str:
    if not isinstance(given, str):
        raise InvalidRequest(f"chain[{place}]: a string of PEM or base64 is needed, {kind(given)} was given")
    return given


def _certificate(text: str, place: int) -> x509.Certificate:
    try:
        if "-----BEGIN" not in text:
            return x509.load_der_x509_certificate(b64decode(text, validate=True))
        bundle = x509.load_pem_x509_certificates(text.encode())
    except (binascii.Error, x509.InvalidVersion, *_MALFORMED):
        raise InvalidRequest(f"chain[{place}]: is no certificate in PEM or in base64 of DER") from None
    if len(bundle) != 1:
        raise InvalidRequest(f"chain[{place}]: one certificate is needed, {len(bundle)} were given")
    return bundle[0]


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _check_dates(certificate: x509.Certificate, place: int, now: int) -> None:
    """RFC 5280 section 4.1.2.5: both ends belong to the time of validity."""
    start = int(certificate.not_valid_before_utc.timestamp())
    end = int(certificate.not_valid_after_utc.timestamp())
    if not start <= now <= end:
        raise InvalidRequest(f"chain[{place}]: is valid from {start} to {end}, now it is {now}")


def _check_leaf(leaf: x509.Certificate, key: PublicKey) -> None:
    """RFC 7517 section 4.7: the first certificate holds the key, and its usage fits `use`."""
    same = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if same != key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        raise InvalidRequest("chain[0]: certifies another key than that of kid")
    usage = _key_usage(leaf)
    if usage is not None and not usage.digital_signature:
        raise InvalidRequest("chain[0]: its key usage is not digitalSignature")


def _check_issued(certificate: x509.Certificate, issuer: x509.Certificate, place: int) -> None:
    """That `issuer`, at `place`, issued the certificate before it, and may issue one there."""
    if certificate.issuer != issuer.subject:
        raise InvalidRequest(f"chain[{place}]: its subject is not the issuer of chain[{place - 1}]")
    _parsed(place - 1, lambda: _check_digest(certificate, place - 1))
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *_MALFORMED):
        raise InvalidRequest(f"chain[{place}]: did not sign chain[{place - 1}]") from None
    _parsed(place, lambda: _check_authority(issuer, place))


def _check_digest(certificate: x509.Certificate, place: int) -> None:
    """No MD5, no SHA-1; Ed25519 and ML-DSA bring their own."""
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name not in _STRONG:
        raise InvalidRequest(f"chain[{place}]: is signed with {digest.name}; SHA-2 is needed")


def _check_authority(issuer: x509.Certificate, place: int) -> None:
    """RFC 5280 sections 4.2.1.3 and 4.2.1.9: else any holder of a certificate could make others."""
    basic = [e.value for e in issuer.extensions if isinstance(e.value, x509.BasicConstraints)]
    if not basic or not basic[0].ca:
        raise InvalidRequest(f"chain[{place}]: is no certificate of an authority")
    depth, between = basic[0].path_length, place - 1
    if depth is not None and between > depth:
        raise InvalidRequest(f"chain[{place}]: allows {depth} authorities below it, {between} stand there")
    usage = _key_usage(issuer)
    if usage is not None and not usage.key_cert_sign:
        raise InvalidRequest(f"chain[{place}]: its key usage is not keyCertSign")


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    return next((e.value for e in certificate.extensions if isinstance(e.value, x509.KeyUsage)), None)


def _parsed(place: int, check: Callable[[], None]) -> None:
    """The library reads keys and extensions only when they are looked at."""
    try:
        check()
    except (x509.UnsupportedGeneralNameType, *_MALFORMED):
        raise InvalidRequest(f"chain[{place}]: its key or an extension is malformed") from None
