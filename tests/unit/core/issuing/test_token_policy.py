"""Bounds on what an issuer's tokens may say: patterns set at deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.errors import ConfigurationError, InvalidRequest
from jwx.issuing.token_policy import MAX_TOKEN_BYTES, TokenPolicies, TokenPolicy
from jwx.verification.verifier import MAX_TOKEN_SIZE


def _policy(**fields: Any) -> TokenPolicy:
    return TokenPolicies.parse(json.dumps({"default": fields})).of("default")


def test_without_a_policy_everything_is_allowed() -> None:
    """The setting is optional."""
    TokenPolicies.parse("{}").of("any").check({"aud": ["a"], "scope": "b", "c": 1, "nbf": 1})


def test_no_token_is_larger_than_our_verifier_takes() -> None:
    """The two bounds are kept apart only so that neither module loads the other."""
    assert MAX_TOKEN_BYTES == MAX_TOKEN_SIZE


def test_each_audience_must_be_allowed() -> None:
    """One foreign audience spoils the list."""
    policy = _policy(audiences=["api://*", "web"])
    policy.check({"aud": ["api://orders", "web"]})
    policy.check({"aud": "web"})
    with pytest.raises(InvalidRequest, match=r"claims\.aud: 'WEB' is not allowed; allowed are api://\*, web"):
        policy.check({"aud": ["api://orders", "WEB"]})


def test_each_scope_must_be_allowed() -> None:
    """Also the last of many."""
    policy = _policy(scopes=["orders:*"])
    policy.check({"scope": "orders:read orders:write"})
    with pytest.raises(InvalidRequest, match=r"claims\.scope: 'admin'"):
        policy.check({"scope": "orders:read admin"})


def test_further_claims_must_be_listed() -> None:
    """`sub aud scope client_id nbf` need not be; an empty list allows no other."""
    _policy(claims=["tenant_*"]).check(
        {"sub": "a", "aud": "b", "scope": "c", "client_id": "d", "tenant_id": 1}
    )
    with pytest.raises(InvalidRequest, match="claims: 'roles' is not allowed; allowed are none"):
        _policy(claims=[]).check({"sub": "a", "roles": []})


def test_nbf_can_be_the_issuers() -> None:
    """Then the caller must leave it out."""
    with pytest.raises(InvalidRequest, match=r"claims\.nbf"):
        _policy(own_nbf=True).check({"nbf": 1})


def test_an_issuer_without_a_policy_has_that_of_the_star() -> None:
    """Its own replaces it whole."""
    policies = TokenPolicies.parse('{"*": {"claims": []}, "open": {}}')
    policies.of("open").check({"roles": []})
    with pytest.raises(InvalidRequest):
        policies.of("other").check({"roles": []})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "TOKEN_POLICIES: not JSON"),
        ("[]", "TOKEN_POLICIES: an object"),
        ('{"a": []}', r"TOKEN_POLICIES\.a: an object"),
        ('{"admin": {}}', r"TOKEN_POLICIES\.admin: no issuer"),
        ('{"a": {"audience": []}}', r"TOKEN_POLICIES\.a\.audience: no such field; known are audiences"),
        ('{"a": {"audiences": "api"}}', r"TOKEN_POLICIES\.a\.audiences: a list"),
        ('{"a": {"own_nbf": 1}}', r"TOKEN_POLICIES\.a\.own_nbf: true or false"),
        ('{"a": {"max_token_bytes": 20000}}', r"max_token_bytes: a number from 512 to 16384"),
        ('{"a": {"max_token_bytes": true}}', "max_token_bytes"),
    ],
)
def test_a_wrong_setting_stops_the_function(text: str, message: str) -> None:
    """It never leads to a signer without bounds."""
    with pytest.raises(ConfigurationError, match=message):
        TokenPolicies.parse(text)
