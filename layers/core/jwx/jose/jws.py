"""The compact form of a signed token: RFC 7515 sections 3.1, 4.1 and 7.1, taken to the letter.

Nothing here looks at a key. Whatever `parse_unverified` gives back was written by whoever sent the
token; only `Verifier` turns it into claims.
"""

from __future__ import annotations

import json
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jwx.errors import VerificationError
from jwx.jose import base64url, strict_json
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# `crit` would have to name extensions that we understand, and there are none (RFC 7515 section
# 4.1.11); `b64` is one of those (RFC 7797); `zip` and `enc` belong to JWE. `jku`, `jwk`, `x5u` and
# `x5c` may stand there, since some issuers send them, and nothing ever reads them.
_REFUSED_MEMBERS = frozenset({"crit", "b64", "zip", "enc"})


class UnverifiedToken(NamedTuple):
    """A token taken apart. Not one bit of it may be believed yet."""

    header: Mapping[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def parse_unverified(token: str) -> UnverifiedToken:
    """Take a compact JWS apart; VerificationError for anything but its one strict form."""
    try:
        head, body, tail = base64url.split_in_three(token)
        payload, signature = base64url.decode_segment(body), base64url.decode_segment(tail)
    except ValueError as error:
        raise VerificationError("malformed_token") from error
    signed = token[: len(head) + 1 + len(body)].encode("ascii")
    return UnverifiedToken(_parse_header(head), payload, signed, signature)


@lru_cache(maxsize=64)
def _parse_header(segment: bytes) -> Mapping[str, Any]:
    """Kept, since all tokens of one key have one header."""
    try:
        data = base64url.decode_segment(segment)
    except ValueError as error:
        raise VerificationError("malformed_token") from error
    try:
        header = strict_json.parse_object(data)
    except strict_json.MalformedJson as error:
        raise VerificationError("malformed_header") from error
    for name in ("alg", "kid", "typ"):
        if not isinstance(header.get(name, ""), str):
            raise VerificationError("malformed_header")
    if not _REFUSED_MEMBERS.isdisjoint(header):
        raise VerificationError("unsupported_header")
    return MappingProxyType(header)


def parse_payload(data: bytes) -> dict[str, Any]:
    """The claims set as it was sent: believed only after the signature holds."""
    try:
        return strict_json.parse_object(data)
    except strict_json.MalformedJson as error:
        raise VerificationError("malformed_payload") from error


def signing_input(header: Mapping[str, Any], payload: bytes) -> bytes:
    """What is signed: RFC 7515 section 5.1, steps 1 to 5."""
    encoded = json.dumps(header, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    return f"{base64url.encode(encoded)}.{base64url.encode(payload)}".encode()


def compact(signing_input: bytes, signature: bytes) -> str:
    """The token: RFC 7515 section 7.1."""
    return f"{signing_input.decode('ascii')}.{base64url.encode(signature)}"
