"""A JWK Set: whole or not at all; bad keys are skipped and counted; one key must be left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.errors import VerificationError
from jwx.jose.jwa import algorithm
from jwx.jose.jwk_set import MalformedJwkSet, jwk_set, parse_jwk_set
from tests.fakes.foreign_issuer import jwk

EC, RSA, OKP = jwk("ES256"), jwk("RS256"), jwk("Ed25519")


def without(key: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name not in names}


def reason_of(keys: list[Any], kid: str | None, name: str) -> str:
    with pytest.raises(VerificationError) as refusal:
        jwk_set(keys).select(kid, algorithm(name))
    return refusal.value.reason


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"keys":null}',
        b'{"keys":{}}',
        b'{"keys":"x"}',
        b'{"keys":[]',
        b"\xff",
        b'{"keys":[],"keys":[]}',
        b'\xef\xbb\xbf{"keys":[]}',
        b'{"keys":[' + b"0," * 200 + b"0]}",
    ],
    ids=lambda document: document[:24].decode("latin-1"),
)
def test_what_is_no_set_changes_nothing(document: bytes) -> None:
    """One error, and no key of it is looked at."""
    with pytest.raises(MalformedJwkSet):
        parse_jwk_set(document)


def test_bad_keys_are_skipped_and_counted_and_the_others_serve() -> None:
    """Also those that are no objects, of unknown kinds, private or symmetric."""
    bad: list[Any] = [
        *(None, 7, "key", [], {}),
        {"kty": "oct", "k": "AA"},
        RSA | {"d": "AQAB"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        EC | {"alg": ["ES256"]},
        EC | {"kid": 7},
        without(jwk("ML-DSA-44"), "alg"),
    ]
    parsed = parse_jwk_set(json.dumps({"keys": [*bad, EC, *bad]}).encode())
    assert (len(parsed.keys), parsed.skipped) == (1, 2 * len(bad))
    assert parsed.select(EC["kid"], algorithm("ES256")) is not None


def test_one_kid_on_keys_of_different_kinds_is_no_ambiguity() -> None:
    """RFC 7517 section 4.5: filter first."""
    keys = jwk_set([EC | {"kid": "a"}, RSA | {"kid": "a"}, OKP | {"kid": "a"}])
    found = keys.select("a", algorithm("RS256"))
    assert found is not None
    assert found.kty == "RSA"


def test_one_kid_on_two_keys_of_one_kind_is_refused() -> None:
    """Which of them was meant cannot be told."""
    assert reason_of([EC | {"kid": "a"}, jwk("ES256", 1) | {"kid": "a"}], "a", "ES256") == "ambiguous_key"


def test_a_key_that_is_listed_twice_is_one_key() -> None:
    """The very same material under the same kid cannot be mistaken for another."""
    assert jwk_set([EC, dict(EC)]).select(EC["kid"], algorithm("ES256")) is not None


def test_an_unknown_kid_is_none() -> None:
    """So that the cache may ask the endpoint once more."""
    assert jwk_set([EC]).select("x", algorithm("ES256")) is None


@pytest.mark.parametrize(
    ("key", "name"),
    [(RSA, "RS384"), (RSA, "PS256"), (EC, "ES384"), (EC, "RS256"), (OKP, "EdDSA"), (OKP, "ES256")],
    ids=lambda value: value if isinstance(value, str) else value["alg"],
)
def test_a_key_with_alg_serves_that_algorithm_only(key: dict[str, str], name: str) -> None:
    """One key, one algorithm."""
    assert reason_of([key], key["kid"], name) == "key_mismatch"


@pytest.mark.parametrize("name", ["RS256", "RS512", "PS384"])
def test_a_key_without_alg_serves_what_its_kind_can(name: str) -> None:
    """Many issuers leave it out; the issuer's allow-list still decides."""
    assert jwk_set([without(RSA, "alg")]).select(RSA["kid"], algorithm(name)) is not None


def test_without_a_kid_exactly_one_key_must_fit() -> None:
    """None and two are refused."""
    assert jwk_set([EC, RSA]).select(None, algorithm("ES256")) is not None
    assert reason_of([EC, jwk("ES256", 1)], None, "ES256") == "ambiguous_key"
    assert reason_of([RSA], None, "ES256") == "key_mismatch"


def test_a_key_without_kid_serves_tokens_without_kid_only() -> None:
    """A kid that no key has is unknown."""
    keys = jwk_set([without(EC, "kid")])
    assert keys.select(None, algorithm("ES256")) is not None
    assert keys.select("x", algorithm("ES256")) is None
