"""The verifier as its users see it: every valid token in, everything else out by one error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.errors import ConfigurationError
from jwx.jose.jwa import ALGORITHMS
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwk, jwks, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

OTHER = "https://other.example"
OTHER_JWKS = f"{OTHER}/jwks"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def endpoint() -> KeyEndpoint:
    return KeyEndpoint({JWKS_URI: jwks("ES256", "RS256"), OTHER_JWKS: jwks("Ed25519")})


def trusted(**changes: Any) -> TrustedIssuer:
    return TrustedIssuer(**({"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI} | changes))


@pytest.fixture
def verifier(endpoint: KeyEndpoint, clock: FakeClock) -> Verifier:
    other = TrustedIssuer(issuer=OTHER, audiences=["api://stock"], jwks_uri=OTHER_JWKS)
    return Verifier(trusted(), other, fetch=endpoint, clock=clock)


def refusal(verifier: Verifier, forged: str) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        verifier.verify(forged)
    return caught.value


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_of_the_table_is_verified(name: str, clock: FakeClock) -> None:
    """With a static set, no endpoint and no AWS in sight."""
    static = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": [jwk(name)]})
    assert Verifier(static, clock=clock).verify(token(name)) == claims()


def test_keys_are_found_by_discovery_when_nothing_says_where_they_are(clock: FakeClock) -> None:
    """The issuer's document, then its key set."""
    document = json.dumps({"issuer": ISSUER, "jwks_uri": JWKS_URI}).encode()
    url = f"{ISSUER}/.well-known/openid-configuration"
    endpoint = KeyEndpoint({url: document, JWKS_URI: jwks("ES256")})
    verifier = Verifier(trusted(jwks_uri=None), fetch=endpoint, clock=clock)
    assert verifier.verify(token()) == claims()
    assert [asked for asked, _ in endpoint.asked] == [url, JWKS_URI]


def test_a_discovery_that_fails_is_a_500(clock: FakeClock) -> None:
    """There is nothing to judge with."""
    verifier = Verifier(trusted(jwks_uri=None), fetch=KeyEndpoint(), clock=clock)
    assert refusal(verifier, token()).retryable


def test_the_whole_result_names_issuer_algorithm_and_key(verifier: Verifier) -> None:
    """For those who want to log who signed it."""
    examined = verifier.examine(token("RS256"))
    assert examined == (claims(), ISSUER, "RS256", jwk("RS256")["kid"], False)


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda: "x", "malformed_token"),
        (lambda: token(x="a" * 17_000), "token_too_large"),
        (lambda: token(header={"kid": 7}), "malformed_header"),
        (lambda: token(header={"crit": ["x"]}), "unsupported_header"),
        (lambda: token(header={"alg": "none"}), "algorithm_not_allowed"),
        (lambda: token(header={"typ": "JWT"}), "wrong_type"),
        (lambda: token(iss="https://nobody.example"), "unknown_issuer"),
        (lambda: token(header={"kid": "nobody"}), "unknown_key"),
        (lambda: token(header={"kid": jwk("RS256")["kid"]}), "key_mismatch"),
        (lambda: token()[:-8] + "AAAAAAAA", "bad_signature"),
        (lambda: token(aud="api://stock"), "wrong_audience"),
        (lambda: token(exp=NOW - 61), "expired"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_reason_is_a_stable_code(verifier: Verifier, forged: Any, reason: str) -> None:
    """For logs and metrics; the caller learns no more than a 401."""
    error = refusal(verifier, forged())
    assert (error.reason, error.retryable) == (reason, False)


def test_the_error_names_the_configured_issuer_and_the_kid(verifier: Verifier) -> None:
    """An issuer that is not configured is not named: nothing that a token says becomes a metric."""
    error = refusal(verifier, token(exp=1))
    assert (error.issuer, error.kid) == (ISSUER, jwk("ES256")["kid"])
    assert refusal(verifier, token(iss="https://nobody.example")).issuer is None


def test_one_issuers_keys_serve_no_other_issuer(verifier: Verifier) -> None:
    """Each is asked for its own keys only, by the issuer that the token names."""
    assert verifier.verify(token("Ed25519", iss=OTHER, aud="api://stock"))["iss"] == OTHER
    assert refusal(verifier, token("Ed25519")).reason == "unknown_key"
    assert refusal(verifier, token("ES256", iss=OTHER, aud="api://stock")).reason == "unknown_key"
    assert refusal(verifier, token("Ed25519", iss=OTHER)).reason == "wrong_audience"


def test_one_issuers_outage_touches_no_other(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Down from the start, and beyond its bound."""
    del endpoint.documents[JWKS_URI]
    assert refusal(verifier, token()).retryable
    clock.advance(60)
    assert verifier.verify(token("Ed25519", iss=OTHER, aud="api://stock"))
    assert refusal(verifier, token()).retryable


@pytest.mark.parametrize(
    ("types", "given", "accepted"),
    [
        (["at+jwt"], "at+jwt", True),
        (["at+jwt"], "application/at+jwt", True),
        (["at+jwt"], "AT+JWT", True),
        (["application/at+jwt"], "at+jwt", True),
        (["at+jwt"], "JWT", False),
        (["at+jwt"], None, False),
        (["JWT"], None, True),
        (["JWT"], "jwt", True),
        (["JWT"], "at+jwt", False),
        (["at+jwt", "JWT"], "logout+jwt", False),
        (["at+jwt"], "", False),
    ],
)
def test_typ_is_compared_as_a_media_type(
    types: list[str], given: str | None, accepted: bool, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Prefix and case aside; absent only where JWT is allowed."""
    verifier = Verifier(trusted(token_types=types), fetch=endpoint, clock=clock)
    candidate = token(header={"typ": given})
    if accepted:
        assert verifier.verify(candidate) == claims()
    else:
        assert refusal(verifier, candidate).reason == "wrong_type"


def test_the_allow_list_of_algorithms_is_the_issuers(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """An algorithm that the table knows is not therefore allowed."""
    verifier = Verifier(trusted(algorithms=["ES256"]), fetch=endpoint, clock=clock)
    assert verifier.verify(token("ES256"))
    assert refusal(verifier, token("RS256")).reason == "algorithm_not_allowed"


def test_a_token_without_kid_is_taken_when_one_key_can_be_meant(verifier: Verifier) -> None:
    """One ES256 key in the set: it is that one."""
    assert verifier.verify(token(header={"kid": None})) == claims()


def test_what_a_header_points_to_is_never_fetched(verifier: Verifier, endpoint: KeyEndpoint) -> None:
    """Some issuers put such members into good tokens; the keys come from where the issuer's always do."""
    pointing = dict.fromkeys(("jku", "x5u", "iss", "kid_url"), "https://attacker.example/keys")
    embedded = {"jwk": jwk("ES256", 1), "x5c": ["MIIB"], "x5t#S256": "AAAA"}
    assert verifier.verify(token(header=pointing | embedded)) == claims()
    assert [url for url, _ in endpoint.asked] == [JWKS_URI]


def test_a_token_seen_before_costs_no_signature_check_and_no_fetch(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """And each caller gets claims of its own: what one does to them no other sees."""
    seen = token()
    first = verifier.verify(seen)
    first["sub"] = "root"
    assert verifier.verify(seen) == claims()
    assert len(endpoint.asked) == 1


def test_a_token_seen_before_is_remembered_with_its_signature(verifier: Verifier) -> None:
    """Header and payload alone, with another signature or none, are another token."""
    seen = token()
    verifier.verify(seen)
    unsigned, signature = seen.rsplit(".", 1)
    for forged in (f"{unsigned}.", f"{unsigned}.{'A' * 86}", f"{unsigned}.{signature[1:]}A"):
        assert refusal(verifier, forged).reason == "bad_signature"


def test_a_token_seen_before_ends_with_its_time(verifier: Verifier, clock: FakeClock) -> None:
    """Also when the key set has not changed."""
    seen = token(exp=NOW + 10)
    verifier.verify(seen)
    clock.advance(10 + 60)
    assert refusal(verifier, seen).reason == "expired"


def test_a_token_seen_before_ends_with_its_key(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """Revoked: refused within the ceiling, with one fetch for all tokens."""
    seen = token()
    verifier.verify(seen)
    endpoint.documents[JWKS_URI] = jwks("RS256")
    clock.advance(30)
    assert refusal(verifier, seen).reason == "unknown_key"


def test_a_token_seen_before_ends_with_the_stale_bound(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """No memory outlives the keys."""
    seen = token(exp=NOW + 90_000)
    verifier.verify(seen)
    endpoint.documents.clear()
    clock.advance(3629)
    assert verifier.verify(seen)
    clock.advance(1)
    assert refusal(verifier, seen).retryable


def test_a_key_that_comes_back_in_another_document_is_the_same_key(
    verifier: Verifier, endpoint: KeyEndpoint, clock: FakeClock
) -> None:
    """A rotation does not make the verified tokens be verified anew, nor does a kid that was given away."""
    seen = token()
    verifier.verify(seen)
    endpoint.documents[JWKS_URI] = jwks("Ed25519", "ES256")
    clock.advance(30)
    assert verifier.verify(seen) == claims()
    other_key = jwk("ES256", 1) | {"kid": jwk("ES256")["kid"]}
    endpoint.documents[JWKS_URI] = json.dumps({"keys": [other_key]}).encode()
    clock.advance(30)
    assert refusal(verifier, seen).reason == "bad_signature"


def test_the_memory_of_verified_tokens_is_bounded(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """The oldest makes room; nothing is forgotten about right and wrong."""
    verifier = Verifier(trusted(), fetch=endpoint, clock=clock, max_verified_tokens=2)
    tokens = [token(jti=str(number)) for number in range(5)]
    for _ in range(2):
        for number, candidate in enumerate(tokens):
            assert verifier.verify(candidate)["jti"] == str(number)
    assert len(verifier._verified) == 2


@pytest.mark.parametrize("size", [0, 1])
def test_the_memory_may_be_turned_off(endpoint: KeyEndpoint, clock: FakeClock, size: int) -> None:
    """Every token is verified in full then."""
    verifier = Verifier(trusted(), fetch=endpoint, clock=clock, max_verified_tokens=size)
    assert verifier.verify(token()) == verifier.verify(token()) == claims()


def test_a_token_of_the_greatest_size_is_taken(endpoint: KeyEndpoint, clock: FakeClock) -> None:
    """The cap is inclusive, and may be set."""
    candidate = token()
    assert Verifier(trusted(), fetch=endpoint, clock=clock, max_token_size=len(candidate)).verify(candidate)
    smaller = Verifier(trusted(), fetch=endpoint, clock=clock, max_token_size=len(candidate) - 1)
    assert refusal(smaller, candidate).reason == "token_too_large"


def test_no_issuer_or_one_twice_is_a_mistake() -> None:
    """A verifier that trusts nobody, or does not know what it trusts, must not start."""
    with pytest.raises(ConfigurationError, match="at least one"):
        Verifier()
    with pytest.raises(ConfigurationError, match="once"):
        Verifier(trusted(), trusted(audiences=["api://stock"]))
