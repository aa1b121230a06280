"""Judges documents of one issuer beside each other: do they tell one story?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jwx.jose.jwa import ALGORITHMS
from jwx_cli.linter.findings import Finding, quoted
from jwx_cli.linter.judge_key import rows_of
from jwx_cli.linter.rules import broken

_ALGORITHMS = "id_token_signing_alg_values_supported"


def judge_both_discoveries(openid: Mapping[str, Any], oauth: Mapping[str, Any]) -> Iterator[Finding]:
    """RFC 8414 section 5 wants both to be usable for one issuer."""
    for name in ("issuer", "jwks_uri"):
        if name in openid and name in oauth and openid[name] != oauth[name]:
            both = f"{quoted(openid[name])} and {quoted(oauth[name])}"
            yield broken("discovery.disagreement", name, f"the two documents differ: {both}")


def judge_algorithms(openid: Mapping[str, Any], key_set: Mapping[str, Any]) -> Iterator[Finding]:
    """What the discovery document lists against what the keys can do."""
    listed, keys = openid.get(_ALGORITHMS), key_set.get("keys")
    if not isinstance(listed, list) or not isinstance(keys, list):
        return
    signing = [key for key in keys if isinstance(key, dict) and key.get("use") != "enc"]
    possible = {row.name for key in signing for row in rows_of(key) if key.get("alg") in (None, row.name)}
    for alg in listed:
        if isinstance(alg, str) and alg in ALGORITHMS and alg not in possible:
            yield broken("discovery.alg-without-key", _ALGORITHMS, f"no key can do {alg}")
    named = {key["alg"] for key in signing if isinstance(key.get("alg"), str)}
    for alg in sorted(named & ALGORITHMS.keys() - {each for each in listed if isinstance(each, str)}):
        yield broken("discovery.alg-unlisted", _ALGORITHMS, f"a key is for {alg}, which is not listed")
