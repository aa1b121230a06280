"""Public keys as JSON: RFC 7517 section 4, RFC 7518 section 6, RFC 8037, RFC 9964; names by RFC 7638.

Reading is strict: what is unknown, malformed, private, symmetric or weak is refused. Writing is
canonical: the same key gives the same bytes, coordinates in full width.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from jwx.errors import InvalidRequest
from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS, Algorithm, algorithm
from jwx.jose.key_material import REQUIRED_MEMBERS, UnusableKey, read_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwx.jose.jwa import PublicKey

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_FOREIGN_OPERATIONS: Final = frozenset(
    {"encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"}
)


def load_public_key(jwk: Mapping[str, Any], algorithm: Algorithm) -> PublicKey:
    """The key, if it is sound and may verify signatures of this algorithm; else UnusableKey."""
    if not PRIVATE_MEMBERS.isdisjoint(jwk):
        raise UnusableKey("it holds private or symmetric material")
    if jwk.get("kty") != algorithm.kty or jwk.get("crv", algorithm.crv) != algorithm.crv:
        raise UnusableKey(f"it is no key for {algorithm.name}")
    if jwk.get("alg", algorithm.name) != algorithm.name:
        raise UnusableKey(f"its alg is not {algorithm.name}")
    if "use" in jwk and jwk["use"] != "sig":
        raise UnusableKey("its use is not sig")
    _check_operations(jwk.get("key_ops", ["verify"]))
    return read_public_key(jwk, algorithm)


def _check_operations(given: Any) -> None:
    """RFC 7517 section 4.3: `verify` is there, nothing twice, nothing that is not for signatures."""
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise UnusableKey("its key_ops are no list of names")
    operations = set(given)
    if "verify" not in operations or len(operations) != len(given) or operations & _FOREIGN_OPERATIONS:
        raise UnusableKey("its key_ops do not hold verify, or not that alone")


def validate_public_jwk(jwk: object) -> dict[str, str]:
    """A foreign issuer's public key, fit to be published by us: only the members that we know."""
    if not isinstance(jwk, dict):
        raise InvalidRequest("jwk: a JSON object is wanted")
    if "alg" not in jwk:
        raise InvalidRequest(f"jwk.alg: missing; allowed are {', '.join(ALGORITHMS)}")
    row = algorithm(jwk["alg"])
    try:
        load_public_key(jwk, row)
    except UnusableKey as error:
        raise InvalidRequest(f"jwk: refused, since {error}") from error
    kid = jwk.get("kid", thumbprint(jwk))
    if not isinstance(kid, str) or not 0 < len(kid) <= 128 or not kid.isprintable():
        raise InvalidRequest("jwk.kid: 1 to 128 printable characters are wanted")
    return {"kty": row.kty, "use": "sig", "alg": row.name, "kid": kid} | _material(jwk)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638: the SHA-256 of the members that make the key, in one canonical spelling."""
    required = {"kty": jwk["kty"]} | _material(jwk)
    if jwk["kty"] == "AKP":
        required["alg"] = jwk["alg"]  # RFC 9964 section 6
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def _material(jwk: Mapping[str, Any]) -> dict[str, str]:
    return {name: jwk[name] for name in REQUIRED_MEMBERS[jwk["kty"]]}


def public_jwk(spki_der: bytes, *, algorithm: Algorithm) -> dict[str, str]:
    """The public JWK of a key that KMS describes in DER, its kid the thumbprint."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    members = _members(load_der_public_key(spki_der), algorithm)
    identity = {"kty": algorithm.kty, "use": "sig", "alg": algorithm.name}
    jwk = identity | {"kid": thumbprint(identity | members)} | members
    load_public_key(jwk, algorithm)  # never publish what our own verifier would skip
    return jwk


def _members(key: Any, algorithm: Algorithm) -> dict[str, str]:
    """UnusableKey for a key that is not of the row's kind: it has not these attributes, or is too wide."""
    try:
        if algorithm.kty == "RSA":
            numbers = key.public_numbers()
            return {"n": _shortest(numbers.n), "e": _shortest(numbers.e)}
        if algorithm.kty == "EC":
            numbers, width = key.public_numbers(), (algorithm.signature_size or 0) // 2
            point = {"x": _fixed(numbers.x, width), "y": _fixed(numbers.y, width)}
            return {"crv": str(algorithm.crv)} | point
        raw = base64url.encode(key.public_bytes_raw())
    except (AttributeError, OverflowError) as error:
        raise UnusableKey(f"it is no key for {algorithm.name}") from error
    return {"crv": str(algorithm.crv), "x": raw} if algorithm.kty == "OKP" else {"pub": raw}


def _shortest(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _fixed(number: int, width: int) -> str:
    # RFC 7518 section 6.2.1.2: a stripped leading zero breaks about one key in 128.
    return base64url.encode(number.to_bytes(width, "big"))


def jwk_set_document(keys: Iterable[Mapping[str, Any]]) -> bytes:
    """The JWK Set that is published: sorted by kid, so that equal sets are equal bytes."""
    ordered = sorted(keys, key=lambda key: str(key["kid"]))
    return json.dumps({"keys": ordered}, separators=(",", ":")).encode()
