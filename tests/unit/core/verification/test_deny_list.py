"""Single tokens refused before their time: as soon as the key set would be, at no request per token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.errors import ConfigurationError
from jwx.verification.deny_list import MAX_TOKENS, parse_deny_list
from jwx.verification.fetched import FetchFailed
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwks, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

DENY_LIST_URI = f"{ISSUER}/.well-known/revoked-tokens.json"


def denied(*jtis: str, **changes: Any) -> bytes:
    entries = [{"jti": jti, "exp": NOW + 3600} for jti in jtis]
    return json.dumps({"issuer": ISSUER, "tokens": entries} | changes).encode()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def endpoint() -> KeyEndpoint:
    return KeyEndpoint({JWKS_URI: jwks("ES256"), DENY_LIST_URI: denied()})


@pytest.fixture
def verifier(endpoint: KeyEndpoint, clock: FakeClock) -> Verifier:
    trusted = TrustedIssuer(
        issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI, deny_list_uri=DENY_LIST_URI
    )
    return Verifier(trusted, fetch=endpoint, clock=clock)


def refusal(verifier: Verifier, candidate: str) -> tuple[str, bool]:
    with pytest.raises(VerificationError) as caught:
        verifier.verify(candidate)
    return caught.value.reason, caught.value.retryable


def test_a_listed_token_is_refused_and_its_siblings_are_not(
    verifier: Verifier, endpoint: KeyEndpoint
) -> None:
    """Same key, same subject: only the `jti` tells."""
    endpoint.documents[DENY_LIST_URI] = denied("stolen")
    assert refusal(verifier, token(jti="stolen")) == ("revoked_token", False)
    assert verifier.verify(token(jti="fine")) == claims(jti="fine")


def test_a_token_verified_before_is_refused_within_the_ceiling(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """The memory of verified tokens asks the list too, and after that each time."""
    seen = token()
    verifier.verify(seen)
    endpoint.documents[DENY_LIST_URI] = denied("k8s1v0")
    clock.advance(29)
    assert verifier.verify(seen) == claims()
    clock.advance(1)
    assert refusal(verifier, seen) == refusal(verifier, seen) == ("revoked_token", False)


def test_no_token_costs_a_request(verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """One fetch of each document for any number of tokens, and a conditional one when its time is over."""
    for number in range(20):
        verifier.verify(token(jti=str(number)))
    assert [url for url, _ in endpoint.asked] == [JWKS_URI, DENY_LIST_URI]
    clock.advance(30)
    verifier.verify(token(jti="0"))
    assert all(etag for _, etag in endpoint.asked[2:])


def test_without_the_list_nothing_is_judged(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """It was never had: 500, since nobody knows whether the token is on it. Back within five seconds."""
    good = endpoint.documents.pop(DENY_LIST_URI)
    assert refusal(verifier, token()) == ("deny_list_unavailable", True)
    endpoint.documents[DENY_LIST_URI] = good
    clock.advance(5)
    assert verifier.verify(token())


def test_a_list_outlives_an_outage_up_to_the_bound(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Who was on it stays refused, who was not passes; after the bound it is a 500, seen before or not."""
    endpoint.documents[DENY_LIST_URI] = denied("stolen")
    good = token(exp=NOW + 90_000)
    verifier.verify(good)
    del endpoint.documents[DENY_LIST_URI]
    clock.advance(30 + 3599)
    assert verifier.verify(good)
    assert refusal(verifier, token(jti="stolen", exp=NOW + 90_000)) == ("revoked_token", False)
    clock.advance(1)
    assert refusal(verifier, good) == ("deny_list_unavailable", True)


def test_a_forged_token_makes_nobody_fetch_the_list(verifier: Verifier, endpoint: KeyEndpoint) -> None:
    """It is asked about tokens that are right in all else."""
    assert refusal(verifier, token()[:-8] + "AAAAAAAA") == ("bad_signature", False)
    assert [url for url, _ in endpoint.asked] == [JWKS_URI]


def test_a_token_without_jti_cannot_be_listed(verifier: Verifier, endpoint: KeyEndpoint) -> None:
    """Whoever wants every token to be revocable asks for the claim by `required_claims`."""
    endpoint.documents[DENY_LIST_URI] = denied("stolen")
    assert verifier.verify(token(jti=None)) == claims(jti=None)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"<html>",
        denied(issuer="https://other.example"),
        denied(issuer=None),
        denied(tokens={}),
        denied(tokens=["jti"]),
        denied(tokens=[{"jti": 7}]),
        denied(tokens=[{"exp": 7}]),
        denied(tokens=[{"jti": "a"}] * (MAX_TOKENS + 1)),
        denied("a")[:-2],
    ],
    ids=lambda document: document[:40].decode(),
)
def test_what_is_no_such_list_changes_nothing(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock, document: bytes
) -> None:
    """Taken whole or not at all, and of this issuer to the character: the list from before stays in force."""
    with pytest.raises(FetchFailed):
        parse_deny_list(document, ISSUER)
    endpoint.documents[DENY_LIST_URI] = denied("stolen")
    stolen = token(jti="stolen")
    assert refusal(verifier, stolen) == ("revoked_token", False)
    endpoint.documents[DENY_LIST_URI] = document
    clock.advance(31)
    assert refusal(verifier, stolen) == ("revoked_token", False)


def test_a_list_of_the_greatest_length_is_taken() -> None:
    """And what else an entry or the document says is not for us."""
    document = denied(*(str(number) for number in range(MAX_TOKENS)), other=1)
    assert len(parse_deny_list(document, ISSUER)) == MAX_TOKENS


def test_the_list_comes_by_https_only() -> None:
    """As the key set does: whoever sits between could let any token pass."""
    with pytest.raises(ConfigurationError, match=r"deny_list_uri: got 'http://issuer"):
        TrustedIssuer(
            issuer=ISSUER, audiences=[AUDIENCE], deny_list_uri="http://issuer.example.com/revoked.json"
        )
