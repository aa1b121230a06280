"""A JWK Set as a verifier sees it: RFC 7517 section 5, taken whole or not at all.

A text that is no strict JWK Set changes nothing. Inside one, a key that cannot be used is skipped
and counted, and the others still serve.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jwx.errors import VerificationError
from jwx.jose import strict_json
from jwx.jose.jwa import ALGORITHMS, Algorithm
from jwx.jose.jwk import load_public_key
from jwx.jose.key_material import REQUIRED_MEMBERS, UnusableKey
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwx.jose.jwa import PublicKey

MAX_KEYS: Final = 200
# A key without `alg` is loaded as any row of its kind would load it. Not so ML-DSA: RFC 9964 wants it.
_ANY_OF_KIND: Final = {(row.kty, row.crv): row for row in ALGORITHMS.values()}


class MalformedJwkSet(ValueError):
    """Not a JWK Set at all."""


class VerificationKey(NamedTuple):
    """One usable key."""

    identity: str
    """Equal for the same kid, kind and material, in whichever set they come."""
    kid: str | None
    kty: str
    crv: str | None
    alg: str | None
    public_key: PublicKey

    def fits(self, algorithm: Algorithm) -> bool:
        """One key, one algorithm where the set says which; else whatever its kind can verify."""
        return (
            self.kty == algorithm.kty
            and self.crv == algorithm.crv
            and (self.alg is None or self.alg == algorithm.name)
        )


class JwkSet(NamedTuple):
    """The usable keys of one document."""

    keys: Mapping[str, VerificationKey]
    """By identity: a key that is listed twice is one key."""
    by_kid: Mapping[str | None, tuple[VerificationKey, ...]]
    skipped: int

    def select(self, kid: str | None, algorithm: Algorithm) -> VerificationKey | None:
        """Filter first, then exactly one must be left; None when the set knows no such kid.

        RFC 7517 section 4.5 lets keys of different kinds share a kid. Without a kid, the token is
        taken only when there is exactly one key that it can mean.
        """
        named = self.by_kid.get(kid) if kid is not None else tuple(self.keys.values())
        if named is None:
            return None
        if len(named) == 1 and named[0].fits(algorithm):
            return named[0]
        fitting = [key for key in named if key.fits(algorithm)]
        if len(fitting) == 1:
            return fitting[0]
        raise VerificationError("ambiguous_key" if fitting else "key_mismatch")


def parse_jwk_set(data: bytes) -> JwkSet:
    """The set that a document spells; MalformedJwkSet when it spells none."""
    try:
        document = strict_json.parse_object(data)
    except strict_json.MalformedJson as error:
        raise MalformedJwkSet("not a JSON object") from error
    entries = document.get("keys")
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise MalformedJwkSet(f"keys is not an array of up to {MAX_KEYS}")
    return jwk_set(entries)


def jwk_set(entries: list[Any]) -> JwkSet:
    """The usable ones among these JWKs."""
    keys: dict[str, VerificationKey] = {}
    by_kid: dict[str | None, tuple[VerificationKey, ...]] = {}
    skipped = 0
    for entry in entries:
        try:
            key = _load(entry)
        except UnusableKey:
            skipped += 1
            continue
        if key.identity not in keys:
            keys[key.identity] = key
            by_kid[key.kid] = (*by_kid.get(key.kid, ()), key)
    return JwkSet(keys, by_kid, skipped)


def _load(entry: Any) -> VerificationKey:
    if not isinstance(entry, dict):
        raise UnusableKey("it is no object")
    kid, alg, kty, crv = (entry.get(name) for name in ("kid", "alg", "kty", "crv"))
    if not all(value is None or isinstance(value, str) for value in (kid, alg, kty, crv)):
        raise UnusableKey("a member that is a string elsewhere is none here")
    row = ALGORITHMS.get(alg) if alg is not None else _ANY_OF_KIND.get((str(kty), crv))
    if row is None:
        raise UnusableKey("its algorithm or kind is not in the table")
    public_key = load_public_key(entry, row)
    identity = json.dumps([kid, alg, *(entry[name] for name in ("kty", *REQUIRED_MEMBERS[row.kty]))])
    return VerificationKey(identity, kid, row.kty, row.crv, alg, public_key)
