"""Judges the numbers of a key: widths, sizes, points. The rest our verifier's own reader finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jwx.jose import base64url
from jwx.jose.jwa import Algorithm
from jwx.jose.key_material import MAX_RSA_BITS, MIN_RSA_BITS, REQUIRED_MEMBERS, UnusableKey, read_public_key
from jwx_cli.linter.findings import Finding
from jwx_cli.linter.rules import broken

_WIDTHS: Final = {"P-256": 32, "P-384": 48, "P-521": 66, "Ed25519": 32}
_ML_DSA_WIDTHS: Final = {"ML-DSA-44": 1312, "ML-DSA-65": 1952, "ML-DSA-87": 2592}  # FIPS 204 table 2


def judge_material(key: Mapping[str, Any], row: Algorithm | None, where: str) -> Iterator[Finding]:
    """Of a key whose type is known; `row` is an algorithm of that type, if there is one."""
    members: dict[str, bytes] = {}
    for name in REQUIRED_MEMBERS[key["kty"]]:
        if not isinstance(key.get(name), str):
            yield broken("key.member", where, f"{name} is missing, or no string")
        elif name != "crv":
            try:
                members[name] = base64url.decode(key[name])
            except ValueError:
                yield broken("key.base64url", where, f"{name} is not base64url without padding")
    if len(members) == len([name for name in REQUIRED_MEMBERS[key["kty"]] if name != "crv"]):
        findings = list(_JUDGES[key["kty"]](key, members, where))
        yield from findings or _read(key, row, where)


def _rsa(_: Mapping[str, Any], members: dict[str, bytes], where: str) -> Iterator[Finding]:
    for name, octets in members.items():
        if octets[:1] in (b"", b"\0"):
            yield broken("key.leading-zero", where, f"{name} is empty or has a leading zero octet")
    bits = int.from_bytes(members["n"]).bit_length()
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        yield broken("key.rsa-size", where, f"a modulus of {bits} bits")
    exponent = int.from_bytes(members["e"])
    if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > 64:
        yield broken("key.rsa-exponent", where, f"the exponent is {exponent if exponent < 2**64 else 'huge'}")


def _point(key: Mapping[str, Any], members: dict[str, bytes], where: str) -> Iterator[Finding]:
    for name, octets in members.items():
        wanted = _WIDTHS.get(key.get("crv", ""), len(octets))
        if len(octets) != wanted:
            yield broken("key.length", where, f"{name} has {len(octets)} bytes; {wanted} are wanted")


def _akp(key: Mapping[str, Any], members: dict[str, bytes], where: str) -> Iterator[Finding]:
    octets = members["pub"]
    wanted = _ML_DSA_WIDTHS.get(key.get("alg", ""), len(octets))
    if len(octets) != wanted:
        yield broken("key.length", where, f"pub has {len(octets)} bytes; {wanted} are wanted")


def _read(key: Mapping[str, Any], row: Algorithm | None, where: str) -> Iterator[Finding]:
    if row is None or (row.kty == "AKP" and key.get("alg") != row.name):
        return  # said already: it cannot be told what kind of key it is
    try:
        read_public_key(key, row)
    except UnusableKey as error:
        yield broken("key.rsa-size" if key["kty"] == "RSA" else "key.point", where, str(error))


type _Judge = Callable[[Mapping[str, Any], dict[str, bytes], str], Iterator[Finding]]
_JUDGES: Final[Mapping[str, _Judge]] = {"RSA": _rsa, "EC": _point, "OKP": _point, "AKP": _akp}
