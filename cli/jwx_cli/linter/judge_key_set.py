"""Judges a JWK Set as a whole: RFC 7517 section 5, and its keys beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jwx.jose.jwk_set import MAX_KEYS
from jwx.jose.key_material import REQUIRED_MEMBERS
from jwx_cli.linter.findings import Finding, quoted
from jwx_cli.linter.judge_key import judge_key
from jwx_cli.linter.rules import broken

MANY: Final = 30


def judge_key_set(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Of a document that is one JSON object."""
    keys = document.get("keys")
    if not isinstance(keys, list):
        yield broken("jwks.keys", "keys", "it is missing, or no array")
        return
    if not keys:
        yield broken("jwks.empty", "keys", "no key: no token can be verified")
    if len(keys) > MANY:
        yield broken(
            "jwks.many", "keys", f"{len(keys)} keys; clients refuse more than some ({MAX_KEYS} here)"
        )
    for position, key in enumerate(keys):
        yield from judge_key(key, position)
    objects = [key for key in keys if isinstance(key, dict)]
    yield from _kids(objects)
    yield from _twins(objects)


def _kids(keys: list[dict[str, Any]]) -> Iterator[Finding]:
    """RFC 7517 section 4.5 lets equivalent keys of different kinds share a kid; few clients do."""
    by_kid: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for key in keys:
        if isinstance(key.get("kid"), str):
            by_kid[key["kid"]].append(key)
    for kid, same in by_kid.items():
        kinds = {(str(key.get("kty")), str(key.get("crv")), str(key.get("alg"))) for key in same}
        if len(kinds) < len(same):
            yield broken("jwks.duplicate-kid", "keys", f"{len(same)} keys have the kid {quoted(kid)}")
        elif len(same) > 1:
            yield broken(
                "jwks.shared-kid", "keys", f"{len(same)} keys, unlike each other, have the kid {quoted(kid)}"
            )


def _twins(keys: list[dict[str, Any]]) -> Iterator[Finding]:
    seen: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for key in keys:
        names = REQUIRED_MEMBERS.get(str(key.get("kty")), ())
        if names and all(isinstance(key.get(name), str) for name in names):
            identity = tuple(key[name] for name in names)
            seen[identity].add(f"kid {quoted(key.get('kid'))} alg {quoted(key.get('alg'))}")
    for names_of_one in seen.values():
        if len(names_of_one) > 1:
            yield broken("jwks.same-key", "keys", f"the same key as {', and as '.join(sorted(names_of_one))}")
