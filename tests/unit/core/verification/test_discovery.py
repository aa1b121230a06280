"""Discovery: the issuer's own document says where its keys are, and speaks for nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.verification.deadline import Deadline
from jwx.verification.discovery import Discovery
from jwx.verification.fetched import FetchFailed
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import ISSUER
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

URL = f"{ISSUER}/.well-known/openid-configuration"


def document(**changes: Any) -> bytes:
    return json.dumps({"issuer": ISSUER, "jwks_uri": JWKS_URI} | changes).encode()


def test_the_document_names_the_key_set() -> None:
    """OpenID Connect Discovery 1.0 section 4."""
    assert Discovery(ISSUER, KeyEndpoint({URL: document()}), FakeClock()).locate(Deadline()) == JWKS_URI


def test_a_path_in_the_issuer_comes_before_the_well_known_part() -> None:
    """And a final slash is not doubled."""
    issuer = f"{ISSUER}/tenant/"
    endpoint = KeyEndpoint({f"{ISSUER}/tenant/.well-known/openid-configuration": document(issuer=issuer)})
    assert Discovery(issuer, endpoint, FakeClock()).locate(Deadline()) == JWKS_URI


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
        Discovery(ISSUER, KeyEndpoint({URL: body}), FakeClock()).locate(Deadline())


def test_what_was_found_is_kept_for_an_hour_and_through_an_outage() -> None:
    """Then the document is read again; if it cannot be, the place from before is asked."""
    endpoint, clock = KeyEndpoint({URL: document()}), FakeClock()
    discovery = Discovery(ISSUER, endpoint, clock)
    discovery.locate(Deadline())
    clock.advance(3599)
    discovery.locate(Deadline())
    assert len(endpoint.asked) == 1
    clock.advance(1)
    endpoint.documents[URL] = document(jwks_uri="https://keys.example/jwks")
    assert discovery.locate(Deadline()) == "https://keys.example/jwks"
    clock.advance(3600)
    endpoint.documents.clear()
    assert discovery.locate(Deadline()) == "https://keys.example/jwks"
