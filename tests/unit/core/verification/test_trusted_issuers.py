"""Configuration: a mistake stops the function with one message that names it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.errors import ConfigurationError
from jwx.jose.jwa import ALGORITHMS
from jwx.verification.trusted_issuers import TrustedIssuer, parse_trusted_issuers
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwk

GOOD = {"issuer": ISSUER, "audiences": [AUDIENCE]}


def test_what_is_left_out_has_the_documented_default() -> None:
    """Discovery, every asymmetric algorithm, access tokens only, a minute of leeway."""
    (trusted,) = parse_trusted_issuers(json.dumps([GOOD]))
    assert trusted.jwks_uri is None
    assert trusted.algorithms == ALGORITHMS.keys()
    assert trusted.token_types == {"at+jwt"}
    assert trusted.rules == (ISSUER, frozenset({AUDIENCE}), frozenset(), 60, None)


def test_every_member_is_taken() -> None:
    """As the contract lists them."""
    entry = GOOD | {
        "jwks_uri": "https://keys.example/jwks",
        "algorithms": ["ES256"],
        "token_types": ["application/AT+JWT", "JWT"],
        "required_claims": ["sub"],
        "leeway": 0,
        "max_lifetime": 86400,
    }
    (trusted,) = parse_trusted_issuers(json.dumps([entry]))
    assert trusted.jwks_uri == "https://keys.example/jwks"
    assert trusted.algorithms == {"ES256"}
    assert trusted.token_types == {"at+jwt", "jwt"}
    assert trusted.rules == (ISSUER, frozenset({AUDIENCE}), frozenset({"sub"}), 0, 86400)


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "http": ({"issuer": "http://issuer.example.com"}, r"issuer: got 'http://.*https"),
    "http to a host that looks local": ({"issuer": "http://localhost.attacker.example"}, "issuer"),
    "http to a private address": ({"issuer": "http://10.0.0.1"}, "issuer"),
    "no scheme": ({"issuer": "issuer.example.com"}, "issuer"),
    "another scheme": ({"issuer": "file:///etc/passwd"}, "issuer"),
    "no host": ({"issuer": "https://"}, "issuer"),
    "a user": ({"issuer": "https://a@issuer.example.com"}, "issuer"),
    "a query": ({"issuer": ISSUER + "?x"}, "issuer"),
    "a fragment": ({"issuer": ISSUER + "#x"}, "issuer"),
    "a space": ({"issuer": ISSUER + " "}, "issuer"),
    "a bad port": ({"issuer": ISSUER + ":99999"}, "issuer"),
    "an issuer that is empty": ({"issuer": ""}, "issuer"),
    "an issuer that is no string": ({"issuer": 7}, "issuer"),
    "jwks_uri by http": ({"jwks_uri": "http://issuer.example.com/jwks"}, "jwks_uri"),
    "no audience": ({"audiences": []}, "audiences"),
    "an audience that is empty": ({"audiences": [""]}, "audiences"),
    "one string for audiences": ({"audiences": AUDIENCE}, "audiences"),
    "audiences null": ({"audiences": None}, "audiences"),
    "no algorithms": ({"algorithms": []}, "algorithms"),
    "HS256": (
        {"algorithms": ["ES256", "HS256"]},
        r"algorithms: got \['HS256'\]; allowed is one or more of RS256",
    ),
    "none": ({"algorithms": ["none"]}, "algorithms"),
    "an unknown algorithm": ({"algorithms": ["ES256K"]}, "algorithms"),
    "one string for algorithms": ({"algorithms": "ES256"}, "algorithms"),
    "no token types": ({"token_types": []}, "token_types"),
    "leeway over two minutes": ({"leeway": 121}, "leeway: got 121; allowed is 0 to 120"),
    "leeway below zero": ({"leeway": -1}, "leeway"),
    "leeway a string": ({"leeway": "60"}, "leeway"),
    "leeway true": ({"leeway": True}, "leeway"),
    "max_lifetime zero": ({"max_lifetime": 0}, "max_lifetime"),
    "max_lifetime a fraction": ({"max_lifetime": 1.5}, "max_lifetime"),
    "required_claims a string": ({"required_claims": "sub"}, "required_claims"),
    "an unknown member": ({"audience": "x"}, "'audience' is unknown; allowed are algorithms, audiences"),
    "a static set": ({"jwks": {"keys": []}}, "'jwks' is unknown"),
}


@pytest.mark.parametrize(("change", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_an_entry_is_named(change: dict[str, Any], message: str) -> None:
    """With its place, the member, what was given and what is allowed."""
    with pytest.raises(ConfigurationError, match=r"TRUSTED_ISSUERS\[1\].*" + message):
        parse_trusted_issuers(json.dumps([GOOD | {"issuer": "https://first.example"}, GOOD | change]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "not JSON",
        "[{}]",
        "[null]",
        '[{"issuer":"https://a.example"}]',
        '["https://a.example"]',
        '[{"issuer":"https://a.example","issuer":"https://b.example","audiences":["x"]}]',
        json.dumps([GOOD, GOOD]),
    ],
)
def test_a_text_that_is_no_list_of_issuers_is_refused(text: str) -> None:
    """Never an empty list of issuers, never the first of two that say different things."""
    with pytest.raises(ConfigurationError, match="TRUSTED_ISSUERS"):
        parse_trusted_issuers(text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_is_for_this_machine_only(host: str) -> None:
    """The embedded AWS and tests need it."""
    assert parse_trusted_issuers(json.dumps([GOOD | {"issuer": f"http://{host}:8080"}]))


def test_a_static_set_must_be_usable_as_a_whole() -> None:
    """In code nobody else's keys come along: a bad one is the caller's mistake."""
    TrustedIssuer(issuer="urn:example:issuer", audiences=[AUDIENCE], jwks={"keys": [jwk("ES256")]})
    for keys in ([], [{"kty": "oct"}], [jwk("ES256"), {"kty": "oct"}], None):
        with pytest.raises(ConfigurationError, match="jwks"):
            TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": keys})


def test_keys_come_from_one_place() -> None:
    """A static set and a URL together could disagree."""
    with pytest.raises(ConfigurationError, match="jwks, jwks_uri"):
        TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": []}, jwks_uri=ISSUER + "/jwks")
