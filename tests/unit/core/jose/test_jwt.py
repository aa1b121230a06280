"""The claims: each rule with the claims set that breaks it, and its borders to the second."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.errors import VerificationError
from jwx.jose.jwt import ClaimRules, Window, validate_claims
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims

RULES = ClaimRules(ISSUER, frozenset({AUDIENCE, "api://stock"}), frozenset(), 60, None)


def reason_of(rules: ClaimRules = RULES, now: float = NOW, **changes: Any) -> str:
    with pytest.raises(VerificationError) as refusal:
        validate_claims(claims(**changes), rules, now=now)
    assert not refusal.value.retryable
    return refusal.value.reason


def accepts(rules: ClaimRules = RULES, now: float = NOW, **changes: Any) -> Window:
    return validate_claims(claims(**changes), rules, now=now)


def test_the_issuer_is_compared_to_the_character() -> None:
    """No slash, no case, no list."""
    for issuer in (ISSUER + "/", ISSUER.upper(), "https://issuer.example.com\u200b"):
        assert reason_of(iss=issuer) == "wrong_issuer"
    assert reason_of(iss=[ISSUER]) == "malformed_claim"


def test_the_audience_is_one_of_ours_or_holds_one() -> None:
    """A string or an array of strings, RFC 7519 section 4.1.3."""
    accepts(aud="api://stock")
    accepts(aud=["https://other", AUDIENCE])
    assert reason_of(aud=["https://other"]) == "wrong_audience"
    assert reason_of(aud=[AUDIENCE, None]) == "malformed_claim"
    assert reason_of(aud=None) == "missing_claim"


def test_a_token_ends_with_exp_and_the_leeway() -> None:
    """To the second."""
    accepts(now=NOW + 3600 + 59.9)
    assert reason_of(now=NOW + 3600 + 60) == "expired"


def test_a_token_begins_with_nbf_less_the_leeway() -> None:
    """To the second."""
    accepts(nbf=NOW + 60)
    assert reason_of(nbf=NOW + 61) == "not_yet_valid"


def test_a_token_from_the_future_is_refused() -> None:
    """Its signer's clock, or its signer, is not to be trusted."""
    accepts(iat=NOW + 60)
    assert reason_of(iat=NOW + 61) == "issued_in_future"


def test_no_leeway_means_none() -> None:
    """Zero is a setting like any other."""
    strict = RULES._replace(leeway=0)
    assert reason_of(strict, now=NOW + 3600) == "expired"
    accepts(strict, now=NOW + 3599)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [True, False, "1800000000", [NOW], {}], ids=repr)
def test_a_time_is_a_number(name: str, value: object) -> None:
    """No string, no boolean."""
    changes: dict[str, Any] = {name: value}
    assert reason_of(**changes) == "malformed_claim"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_a_time_is_not_null(name: str) -> None:
    """A member that is there and null is malformed, not absent."""
    with pytest.raises(VerificationError, match="malformed_claim"):
        validate_claims(claims() | {name: None}, RULES, now=NOW)


def test_a_time_may_have_a_fraction() -> None:
    """RFC 7519 section 2: NumericDate."""
    accepts(exp=NOW + 0.5, iat=NOW - 0.5, nbf=NOW - 0.5)


def test_exp_is_required_and_iat_and_nbf_are_not() -> None:
    """A token without an end is none."""
    assert reason_of(exp=None) == "missing_claim"
    accepts(iat=None)


def test_a_lifetime_over_the_bound_is_refused() -> None:
    """And cannot be hidden by leaving out iat."""
    bounded = RULES._replace(max_lifetime=3600)
    accepts(bounded)
    assert reason_of(bounded, exp=NOW + 3601) == "lifetime_too_long"
    assert reason_of(bounded, iat=None) == "missing_claim"


@pytest.mark.parametrize("name", ["sub", "jti", "client_id"])
def test_names_are_strings(name: str) -> None:
    """RFC 7519 sections 4.1.2 and 4.1.7, RFC 9068 section 2.2."""
    wrong: list[Any] = [7, ["a"], {}, True]
    for value in wrong:
        changes: dict[str, Any] = {name: value}
        assert reason_of(**changes) == "malformed_claim"


def test_required_claims_are_required() -> None:
    """Whatever their value, but null, which says that there is none."""
    wanting = RULES._replace(required=frozenset({"tenant"}))
    assert reason_of(wanting) == "missing_claim"
    with pytest.raises(VerificationError, match="missing_claim"):
        validate_claims(claims() | {"tenant": None}, wanting, now=NOW)
    accepts(wanting, tenant=0)


def test_a_bound_token_is_no_bearer_token() -> None:
    """RFC 7800: its proof is not checked here, so whoever holds it may have stolen it."""
    assert reason_of(cnf={"x5t#S256": "x"}) == "bound_token"


def test_the_window_is_the_time_in_which_all_of_it_holds() -> None:
    """The later of iat and nbf, and exp, each with the leeway."""
    assert accepts(nbf=NOW - 5) == Window(NOW - 60, NOW + 3660)
    assert accepts(nbf=NOW + 5) == Window(NOW - 55, NOW + 3660)
    assert accepts(iat=None).opens == float("-inf")
