"""What is published of a key's certificates: `x5c`, `x5t`, `x5t#S256` (RFC 7517 sections 4.7 to 4.9).

A chain is checked once, when it is attached (`jwx.publishing.certificate_chain`), and leaves the JWK Set by
itself when the first of its certificates expires. Publishing needs no X.509: nothing here imports it.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Final

from jwx.jose import base64url

MAX_CERTIFICATES: Final = 5
"""Of one key, its own included: a root, two between, and one to spare."""

MAX_CHAIN_BYTES: Final = 24 * 1024
"""Of one key, in DER: three certificates of ML-DSA-87, whose keys and signatures are the largest, fit."""

MAX_RING_BYTES: Final = 72 * 1024
"""Of all keys of an issuer, in DER: a JWK Set must stay below the 256 KB at which verifiers stop reading."""


def x509_members(certificates: Sequence[str]) -> dict[str, Any]:
    """The members of a JWK for its chain, in base64 (not base64url) of DER, the key's own first."""
    if not certificates:
        return {}
    leaf = b64decode(certificates[0])
    # SHA-1 is what RFC 7517 section 4.8 names; it identifies a certificate here and secures nothing.
    sha1 = hashlib.sha1(leaf, usedforsecurity=False).digest()
    return {
        "x5c": list(certificates),
        "x5t": base64url.encode(sha1),
        "x5t#S256": base64url.encode(hashlib.sha256(leaf).digest()),
    }


def size(certificates: Sequence[str]) -> int:
    """Bytes of DER."""
    return sum(len(b64decode(one)) for one in certificates)
