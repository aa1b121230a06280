"""A request is read strictly: every field that is there is understood, or named in a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.errors import InvalidRequest, UnsupportedAlgorithm
from jwx.issuing.token_request import TokenRequest

CLAIMS = {"sub": "svc-1", "aud": "api://orders"}


def test_only_claims_are_needed() -> None:
    """The rest has defaults; the algorithm and the lifetime are the issuer's to choose."""
    request = TokenRequest.parse({"claims": CLAIMS})
    assert (request.issuer, request.typ) == ("default", "at+jwt")
    assert request.algorithm is None
    assert request.expires_in is None


def test_client_id_defaults_to_sub() -> None:
    """RFC 9068 section 2.2 wants it in each access token; the caller's own is kept."""
    assert TokenRequest.parse({"claims": CLAIMS}).claims["client_id"] == "svc-1"
    given = CLAIMS | {"client_id": "app-7"}
    assert TokenRequest.parse({"claims": given}).claims["client_id"] == "app-7"


@pytest.mark.parametrize("missing", ["sub", "aud"])
def test_an_access_token_needs_sub_and_aud(missing: str) -> None:
    """RFC 9068 section 2.2; a plain JWT needs neither."""
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    with pytest.raises(InvalidRequest, match=rf"claims\.{missing}: missing"):
        TokenRequest.parse({"claims": claims})
    assert TokenRequest.parse({"claims": claims, "typ": "JWT"}).claims == claims


@pytest.mark.parametrize("given", [None, [], "claims", 1])
def test_a_request_is_an_object(given: Any) -> None:
    """Anything else is told what it is."""
    with pytest.raises(InvalidRequest, match="request: an object is needed"):
        TokenRequest.parse(given)


def test_an_unknown_field_is_refused() -> None:
    """`expiresIn` ignored would be a token that lives for longer than was asked."""
    with pytest.raises(InvalidRequest, match="'expiresIn': no such field; known are claims, issuer"):
        TokenRequest.parse({"claims": CLAIMS, "expiresIn": 60})


def test_claims_must_be_there() -> None:
    """An empty request is no request for an empty token."""
    with pytest.raises(InvalidRequest, match="claims: missing"):
        TokenRequest.parse({})


@pytest.mark.parametrize("seconds", [0, -1, 1.5, 60.0, "60", True, None])
def test_a_lifetime_is_a_whole_positive_number(seconds: Any) -> None:
    """The message shows what was given."""
    with pytest.raises(InvalidRequest, match="expires_in: a whole number of seconds"):
        TokenRequest.parse({"claims": CLAIMS, "expires_in": seconds})


@pytest.mark.parametrize("name", ["HS256", "none", "es256", "", None, 7, ["ES256"]])
def test_only_algorithms_of_the_table(name: Any) -> None:
    """A shared secret cannot be published, and `none` is no signature."""
    with pytest.raises(UnsupportedAlgorithm, match="allowed are RS256"):
        TokenRequest.parse({"claims": CLAIMS, "algorithm": name})


@pytest.mark.parametrize("typ", ["at+jwt", "JWT", "logout+jwt", "secevent+jwt", "vnd.example.v1+jwt"])
def test_kinds_of_tokens(typ: str) -> None:
    """RFC 8725 section 3.11: a token says what it is."""
    assert TokenRequest.parse({"claims": CLAIMS, "typ": typ}).typ == typ


@pytest.mark.parametrize(
    "typ", ["jwt", "AT+JWT", "application/at+jwt", "dpop+jwt", "JOSE", "x" * 99 + "+jwt", "", 1]
)
def test_odd_kinds_are_refused(typ: Any) -> None:
    """Other spellings confuse verifiers, and a DPoP proof is not an issuer's to make."""
    with pytest.raises(InvalidRequest, match=r"typ: .* allowed are at\+jwt, JWT"):
        TokenRequest.parse({"claims": CLAIMS, "typ": typ})


@pytest.mark.parametrize("name", ["", "Orders", "a/b", "a.b", "x" * 64, "well-known", 7, None])
def test_names_of_issuers(name: Any) -> None:
    """1 to 63 of a-z, 0-9 and -, less reserved words."""
    with pytest.raises(InvalidRequest, match=r"issuer: .* is no name of an issuer"):
        TokenRequest.parse({"claims": CLAIMS, "issuer": name})
