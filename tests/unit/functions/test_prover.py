"""The prover function: each sample event is answered, and nothing else, a token least of all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.prover import app
from jwx.errors import ConfigurationError, InvalidRequest
from tests.fakes.token_service import TokenService

EVENTS = Path(__file__).parents[3] / "events"


@pytest.fixture
def service() -> TokenService:
    made = TokenService()
    made.open("ES256", "RS256")
    return made


def _event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_a_probe_is_answered_with_a_signature(service: TokenService) -> None:
    """The event names an operation, never a key."""
    ring, operation = service.prove(service.store.rings["default"], "ES256")
    service.save(ring)
    event = _event("prover-probe")
    event["probe"]["operation"] = operation
    assert set(service.proving().answer(event)) == {"signature"}


def test_a_certificate_request_is_answered_in_pem(service: TokenService) -> None:
    """The event names a kid, never a KMS key and never bytes to sign."""
    event = _event("prover-certificate-request")
    event["certificate_request"]["kid"] = service.active("RS256").kid
    assert service.proving().answer(event)["pem"].startswith("-----BEGIN CERTIFICATE REQUEST-----")


@pytest.mark.parametrize(
    "event",
    [_event("signer-token"), _event("signer-batch"), {}, [], None, {"probe": {}, "certificate_request": {}}],
    ids=str,
)
def test_no_token_is_to_be_had(service: TokenService, event: Any) -> None:
    """Who may invoke the prover can mint nothing: that is what it is for."""
    with pytest.raises(InvalidRequest, match="a probe or a certificate_request"):
        service.proving().answer(event)


def test_the_signer_answers_no_probe(service: TokenService) -> None:
    """Each of the two answers its own callers only."""
    with pytest.raises(InvalidRequest, match="probe"):
        service.signing().answer(_event("prover-probe"), seconds_left=lambda: 30)


def test_a_missing_table_stops_it_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wiring mistake is one sentence."""
    monkeypatch.delenv("KEY_RING_TABLE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with pytest.raises(ConfigurationError, match="KEY_RING_TABLE"):
        app.from_env()
