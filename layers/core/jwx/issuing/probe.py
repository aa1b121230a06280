"""Proof that a new key signs: the message that the prover signs and the rotation verifies before publication.

The message is domain-separated: a JWS signing input (RFC 7515 section 5.1) is made of base64url and one dot,
and this one begins with a NUL byte, so that the signature on a probe can never be that of a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from jwx.errors import InvalidRequest, KeyRingUnavailable, UnknownIssuer, UnknownKey
from jwx.issuer_names import check_name, shown
from jwx.issuing.claims import kind
from jwx.jose import base64url

if TYPE_CHECKING:
    from jwx.ports import RingStore

_DOMAIN = b"\x00jwx key probe 1\x00"


class Signer(Protocol):
    """KMS, as much of it as a signature needs."""

    def sign(self, key_arn: str, algorithm: str, message: bytes) -> bytes:
        """The JWS-form signature. Raises SigningUnavailable, InvalidRequest when the message is too long."""


def probe_message(operation: str) -> bytes:
    """What the key of that birth signs."""
    return _DOMAIN + operation.encode()


def answer_probe(given: object, *, store: RingStore, signer: Signer) -> dict[str, str]:
    """Sign the probe of an open birth. The key comes from the ring: a caller cannot name one."""
    if not isinstance(given, Mapping) or set(given) != {"issuer", "operation"}:
        raise InvalidRequest("probe: an object of issuer and operation is needed")
    issuer, operation = check_name(given["issuer"]), given["operation"]
    if not isinstance(operation, str):
        raise InvalidRequest(f"probe.operation: a string is needed, {kind(operation)} was given")
    ring = store.load(issuer)
    if ring is None:
        raise UnknownIssuer(f"issuer: there is no issuer {issuer!r}")
    if ring.restored:
        raise KeyRingUnavailable(f"the key ring of issuer {issuer!r} was restored and is not checked yet")
    birth = ring.birth(operation)
    if birth is None or birth.key_arn is None:
        raise UnknownKey(f"probe.operation: {shown(operation)} is no open birth with a key")
    signature = signer.sign(birth.key_arn, birth.algorithm, probe_message(operation))
    return {"signature": base64url.encode(signature)}
