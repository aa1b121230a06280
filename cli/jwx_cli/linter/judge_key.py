"""Judges one key of a JWK Set: RFC 7517 section 4 and the RFCs of its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jwx.jose.jwa import ALGORITHMS, Algorithm
from jwx.jose.jwk import PRIVATE_MEMBERS, thumbprint
from jwx.jose.key_material import REQUIRED_MEMBERS
from jwx_cli.linter.findings import Finding, Severity, quoted
from jwx_cli.linter.judge_certificate import judge_certificate
from jwx_cli.linter.judge_material import judge_material
from jwx_cli.linter.rules import broken

_STRINGS: Final = ("kty", "use", "alg", "kid", "crv")
_PUBLIC_OPERATIONS: Final = frozenset({"verify", "encrypt", "wrapKey"})
_CURVES: Final = {"EC": frozenset({"P-256", "P-384", "P-521"}), "OKP": frozenset({"Ed25519"})}
# RFC 7518 section 4.1, RFC 8037 section 3.2: what keys of `use: enc` may say; not for signatures.
_ENCRYPTION: Final = ("RSA", "ECDH")


def judge_key(key: object, position: int) -> Iterator[Finding]:
    """All that is wrong with the key; nothing about its neighbours."""
    where = place(key, position)
    if not isinstance(key, dict):
        yield broken("key.form", where, "it is no object")
        return
    if wrong := [name for name in _STRINGS if not isinstance(key.get(name, ""), str)]:
        yield broken("key.form", where, f"{', '.join(wrong)}: a string is wanted")
        return
    yield from _secrets(key, where)
    kty = key.get("kty")
    if kty is None:
        yield broken("key.kty-missing", where, "it has no kty")
    elif kty not in REQUIRED_MEMBERS:
        if kty != "oct":
            yield broken("key.kty-unknown", where, f"kty {quoted(kty)}: most clients skip it")
    else:
        yield from _known_type(key, where)
    yield from _purpose(key, where)


def place(key: object, position: int) -> str:
    """Where the key stands and, if it says so, what it is called."""
    kid = key.get("kid") if isinstance(key, dict) else None
    return f"keys[{position}]" if kid is None else f"keys[{position}] {quoted(kid)}"


def rows_of(key: Mapping[str, Any]) -> list[Algorithm]:
    """The algorithms that a key of this type and curve can do."""
    return [row for row in ALGORITHMS.values() if (row.kty, row.crv) == (key.get("kty"), key.get("crv"))]


def _secrets(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    if key.get("kty") == "oct" or "k" in key:
        yield broken("key.symmetric", where, "a symmetric key: whoever can read this can sign")
    private = sorted(PRIVATE_MEMBERS & key.keys() - {"k"})
    if private:
        yield broken("key.private", where, f"private members: {', '.join(private)}. Revoke this key now")


def _known_type(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    crv = key.get("crv")
    if key["kty"] in _CURVES and crv is not None and crv not in _CURVES[key["kty"]]:
        yield broken("key.crv-unknown", where, f"crv {quoted(crv)}: most clients skip it")
        return
    alg_findings = list(_alg(key, where))
    yield from alg_findings
    rows = rows_of(key)
    named = [row for row in rows if row.name == key.get("alg")]
    material = list(judge_material(key, next(iter(named or rows), None), where))
    yield from material
    if not material and not any(f.rule.severity is Severity.ERROR for f in alg_findings):
        yield from _name(key, where)
        yield from judge_certificate(key, where)


def _alg(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    alg, kty = key.get("alg"), key["kty"]
    can = ", ".join(row.name for row in ALGORITHMS.values() if row.kty == kty)
    if kty == "AKP":
        yield broken("key.akp", where, "an AKP key in the set")
    if alg is None:
        code = "key.alg-required" if kty == "AKP" else "key.alg-missing"
        yield broken(code, where, "it has no alg")
    elif alg in ALGORITHMS:
        row = ALGORITHMS[alg]
        if row.kty != kty or row.crv != key.get("crv", row.crv):
            yield broken("key.alg-mismatch", where, f"alg {alg} with kty {kty}, which can do {can}")
        elif alg == "EdDSA":
            yield broken("key.eddsa", where, "alg EdDSA, the older name")
    elif alg.startswith("HS") or alg == "none":
        yield broken("key.alg-mismatch", where, f"alg {quoted(alg)} with kty {kty}, which can do {can}")
    elif not (key.get("use") == "enc" and alg.startswith(_ENCRYPTION)):
        yield broken("key.alg-unknown", where, f"alg {quoted(alg)}")


def _name(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    if "kid" not in key:
        yield broken("key.kid-missing", where, "it has no kid")
    elif key["kid"] != thumbprint(key):
        yield broken("key.kid-thumbprint", where, f"the kid is not the thumbprint {thumbprint(key)}")


def _purpose(key: Mapping[str, Any], where: str) -> Iterator[Finding]:
    use, operations = key.get("use"), key.get("key_ops")
    if use is None and operations is None:
        yield broken("key.use-missing", where, "neither use nor key_ops")
    if use not in (None, "sig", "enc"):
        yield broken("key.use", where, f"use {quoted(use)}")
    if operations is None:
        return
    if not isinstance(operations, list) or not all(isinstance(each, str) for each in operations):
        yield broken("key.key-ops", where, "key_ops is no array of strings")
        return
    if len(set(operations)) != len(operations) or not _PUBLIC_OPERATIONS.issuperset(operations):
        yield broken("key.key-ops", where, f"key_ops {quoted(operations)}; of a public key: verify")
    if use == "sig" and "verify" not in operations:
        yield broken("key.use-and-key-ops", where, f"use sig, key_ops {quoted(operations)}")
