"""Judges the certificates in a key: RFC 7517 sections 4.7 to 4.9."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jwk import public_jwk, thumbprint
from jwx.jose.key_material import UnusableKey
from jwx_cli.linter.findings import Finding
from jwx_cli.linter.rules import broken

_THUMBPRINTS: Final = {"x5t": "sha1", "x5t#S256": "sha256"}


def judge_certificate(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Of a key that is sound otherwise; nothing when it has no x5c."""
    if "x5c" not in key:
        return
    try:
        der = base64.b64decode(key["x5c"][0], validate=True)
        leaf = x509.load_der_x509_certificate(der)
        spki = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (LookupError, TypeError, ValueError, binascii.Error, UnsupportedAlgorithm):
        yield broken("key.certificate", where, "x5c is no array of certificates in base64 (not base64url)")
        return
    if not _holds(spki, key):
        yield broken("key.certificate", where, "the first certificate of x5c holds another key")
    for member, name in _THUMBPRINTS.items():
        if member in key and key[member] != base64url.encode(hashlib.new(name, der).digest()):
            yield broken(
                "key.certificate-thumbprint", where, f"{member} is not the digest of that certificate"
            )


def _holds(spki: bytes, key: Mapping[str, Any]) -> bool:
    fitting = (row for row in ALGORITHMS.values() if (row.kty, row.crv) == (key["kty"], key.get("crv")))
    for row in fitting:
        try:
            return thumbprint(public_jwk(spki, algorithm=row)) == thumbprint(dict(key))
        except UnusableKey:
            continue
    return False
