"""The signer function: each sample event is a journey; errors leave it as typed exceptions."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.signer import app
from jwx.errors import ConfigurationError, InvalidRequest, UnknownIssuer
from jwx.issuing.replay import OncePerKey
from jwx.issuing.signing import Signing
from jwx.issuing.token_policy import TokenPolicies
from jwx_aws.kms_throttles import KmsThrottles
from jwx_aws.signing_audit import SigningAudit
from tests.fakes.powertools import logger_to
from tests.fakes.token_service import TokenService

KMS = boto3.client("kms", region_name="eu-central-1")
"""Never called: the worlds sign with a fake of their own."""
EVENTS = Path(__file__).parents[3] / "events"


class FakeContext:
    """Lambda's, with time enough."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class _World:
    def __init__(self) -> None:
        self.service = TokenService()
        self.log = io.StringIO()
        audit = SigningAudit(logger_to(self.log))
        signing = Signing(
            issuer=self.service.issuer(),
            policies=TokenPolicies.parse("{}"),
            once=OncePerKey(None, store=self.service.store, clock=self.service.clock),
            audit=audit,
            sleep=self.service.clock.sleep,
        )
        self.signer = app.Signer(signing=signing, audit=audit, throttles=KmsThrottles(KMS))

    def serve(self, event: Any) -> dict[str, Any]:
        return app.serve(event, FakeContext(), self.signer)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
    made = _World()
    made.service.open("ES256", "RS256")
    return made


def _event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


@pytest.mark.parametrize("name", ["signer-token", "signer-id-token"])
def test_a_request_is_answered_by_the_contract(world: _World, name: str) -> None:
    """Exactly the promised members, of the promised types, fit for JSON."""
    answer = json.loads(json.dumps(world.serve(_event(name))))
    assert {field: type(value) for field, value in answer.items()} == {
        "token": str,
        "token_type": str,
        "kid": str,
        "alg": str,
        "jti": str,
        "issued_at": int,
        "expires_at": int,
    }
    assert answer["token_type"] == "Bearer"


def test_a_batch_is_answered_in_order(world: _World) -> None:
    """The last of the three asks for what is ours to set."""
    answers = world.serve(_event("signer-batch"))["tokens"]
    assert [answer.get("error", "signed") for answer in answers] == ["signed", "signed", "InvalidRequest"]
    assert answers[1]["expires_at"] - answers[1]["issued_at"] == 60


def test_a_request_over_http_is_answered_as_http(world: _World) -> None:
    """API Gateway gets a proxy response, a refusal too: this issuer has no grants."""
    answer = world.serve(_event("signer-http-token"))
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (400, "unauthorized_client")


def test_errors_are_typed_exceptions(world: _World) -> None:
    """Lambda answers the class name as `errorType`: the names are the contract."""
    with pytest.raises(InvalidRequest):
        world.serve({"claims": {"sub": "a", "aud": "b", "jti": "mine"}})
    with pytest.raises(UnknownIssuer):
        world.serve(_event("signer-token") | {"issuer": "nobody"})


def test_counters_are_written_when_it_fails_too(world: _World, capsys: pytest.CaptureFixture[str]) -> None:
    """An alarm on failures needs them most then."""
    with pytest.raises(InvalidRequest):
        world.serve({})
    assert "RequestsRefused" in capsys.readouterr().out


def test_nothing_of_a_token_reaches_the_log(world: _World, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the token nor a claim, in log lines or metrics."""
    token = world.serve(_event("signer-token"))["token"]
    written = world.log.getvalue() + capsys.readouterr().out
    assert written
    for secret in (*token.split("."), "svc-1", "orders:read", "api://orders"):
        assert secret not in written


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear sentence instead of a KeyError."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("KEY_RING_TABLE", raising=False)
    with pytest.raises(ConfigurationError, match="KEY_RING_TABLE: is not set"):
        app.from_env()


def test_the_wiring_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """All settings of the template make a signer, once for each environment of the function."""
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "KEY_RING_TABLE": "rings",
        "ROTATION_FUNCTION": "jwx-rotation",
        "ISSUER_URL": "https://issuer.example.com",
        "TOKEN_POLICIES": '{"*": {"audiences": ["api://*"]}}',
    }.items():
        monkeypatch.setenv(name, value)
    try:
        assert app.from_env() is app.from_env()
    finally:
        app.from_env.cache_clear()
