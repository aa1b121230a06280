"""Discovery: the issuer's own document says where its keys are, and speaks for nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.errors import VerificationError
from jwx.jose.jwa import algorithm
from jwx.verification.deadline import Deadline
from jwx.verification.discovery import Discovery
from jwx.verification.fetched import FetchFailed
from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import ISSUER, NOW, jwk, jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

URL = f"{ISSUER}/.well-known/openid-configuration"


def document(**changes: Any) -> bytes:
    return json.dumps({"issuer": ISSUER, "jwks_uri": JWKS_URI} | changes).encode()


def test_the_document_names_the_key_set() -> None:
    """OpenID Connect Discovery 1.0 section 4."""
    discovery = Discovery(ISSUER, KeyEndpoint({URL: document()}), FakeClock())
    assert discovery.locate(Deadline(), False) == JWKS_URI


def test_a_path_in_the_issuer_comes_before_the_well_known_part() -> None:
    """And a final slash is not doubled."""
    issuer = f"{ISSUER}/tenant/"
    endpoint = KeyEndpoint({f"{ISSUER}/tenant/.well-known/openid-configuration": document(issuer=issuer)})
    assert Discovery(issuer, endpoint, FakeClock()).locate(Deadline(), False) == JWKS_URI


@pytest.mark.parametrize(
    "body",
    [
        document(issuer=ISSUER + "/"),
        document(issuer=ISSUER.upper()),
        document(issuer="https://attacker.example"),
        document(issuer=None),
        document(jwks_uri="http://issuer.example.com/jwks"),
        document(jwks_uri="http://localhost/jwks"),
        document(jwks_uri="HTTP://localhost/jwks"),
        document(jwks_uri="file:///etc/passwd"),
        document(jwks_uri=None),
        document(jwks_uri=[JWKS_URI]),
        b"<html>",
        b"[]",
        b"",
    ],
    ids=range(13),
)
def test_a_document_that_is_not_the_issuers_or_leaves_https_is_refused(body: bytes) -> None:
    """The issuer matches to the character; the keys come by https."""
    with pytest.raises(FetchFailed):
        Discovery(ISSUER, KeyEndpoint({URL: body}), FakeClock()).locate(Deadline(), False)


def test_what_was_found_is_kept_for_an_hour_and_through_an_outage() -> None:
    """Then the document is read again; if it cannot be, the place from before is asked."""
    endpoint, clock = KeyEndpoint({URL: document()}), FakeClock()
    discovery = Discovery(ISSUER, endpoint, clock)
    discovery.locate(Deadline(), False)
    clock.advance(3599)
    discovery.locate(Deadline(), False)
    assert len(endpoint.asked) == 1
    clock.advance(1)
    endpoint.documents[URL] = document(jwks_uri="https://keys.example/jwks")
    assert discovery.locate(Deadline(), False) == "https://keys.example/jwks"
    clock.advance(3600)
    endpoint.documents.clear()
    assert discovery.locate(Deadline(), False) == "https://keys.example/jwks"


def test_a_place_in_doubt_is_asked_for_again_once_a_minute() -> None:
    """However often the keys fail to come from there; what was found before outlives a failure here too."""
    endpoint, clock = KeyEndpoint({URL: document()}), FakeClock()
    discovery = Discovery(ISSUER, endpoint, clock)
    for seconds in range(180):
        if seconds == 150:
            endpoint.documents.clear()
        assert discovery.locate(Deadline(), True) == JWKS_URI
        clock.advance(1)
    assert len(endpoint.asked) == 3


MOVED = "https://keys.example/jwks"


def moved() -> tuple[KeyEndpoint, FakeClock, JwksCache]:
    """An issuer that was found two minutes ago, and has since moved its keys and shut the old place."""
    endpoint, clock = KeyEndpoint({URL: document(), JWKS_URI: jwks("ES256")}), FakeClock(NOW)
    cache = JwksCache(Discovery(ISSUER, endpoint, clock).locate, endpoint, clock)
    for _ in range(5):
        cache.current()
        clock.advance(25)
    endpoint.documents = {URL: document(jwks_uri=MOVED), MOVED: jwks("Ed25519")}
    endpoint.asked.clear()
    return endpoint, clock, cache


def test_keys_that_moved_are_found_as_soon_as_the_old_place_fails() -> None:
    """Not at the end of discovery's hour: the next try after the failed one asks where they are."""
    _, clock, cache = moved()
    ed25519, kid = algorithm("Ed25519"), jwk("Ed25519")["kid"]
    with pytest.raises(VerificationError, match="keys_unavailable"):
        cache.find(kid, ed25519, Deadline())
    clock.advance(1)
    assert cache.find(kid, ed25519, Deadline()).kid == kid


def test_random_kids_do_not_ask_for_the_place_of_keys_that_come() -> None:
    """Only a failed fetch puts the place in doubt, and nobody who sends tokens can cause one."""
    endpoint, clock, cache = moved()
    endpoint.documents = {URL: document(), JWKS_URI: jwks("ES256")}
    for number in range(600):
        with pytest.raises(VerificationError, match="unknown_key"):
            cache.find(f"random-{number}", algorithm("ES256"), Deadline())
        clock.advance(1)
    assert all(url == JWKS_URI for url, _ in endpoint.asked)


def test_random_kids_in_an_outage_ask_for_the_place_once_a_minute() -> None:
    """Both documents fail for ten minutes, and each second brings a token."""
    endpoint, clock, cache = moved()
    endpoint.documents.clear()
    for number in range(600):
        with pytest.raises(VerificationError, match="keys_unavailable"):
            cache.find(f"random-{number}", algorithm("ES256"), Deadline())
        clock.advance(1)
    assert 9 <= sum(url == URL for url, _ in endpoint.asked) <= 10
