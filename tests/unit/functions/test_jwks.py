"""The publishing function: each sample event is a request that API Gateway sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.jwks import app
from jwx.errors import ConfigurationError
from jwx.publishing.well_known import WellKnown
from tests.fakes.token_service import BASE_URL, TokenService

EVENTS = Path(__file__).parents[3] / "events"


class _World:
    def __init__(self) -> None:
        self.service = TokenService()
        self.service.open("ES256")
        self.service.open("ES256", issuer="orders")
        self.counted: list[str] = []
        well_known = WellKnown(
            self.service.store,
            self.service.clock,
            base_url=BASE_URL,
            jwk_set_type="application/jwk-set+json",
        )
        self.jwks = app.Jwks(well_known=well_known, count=self.counted.append)

    def serve(self, event: Any) -> dict[str, Any]:
        return app.serve(event, self.jwks)

    def event(self, name: str) -> Any:
        return json.loads((EVENTS / f"{name}.json").read_text())


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("jwks-rest-get", "keys"),
        ("jwks-rest-revalidate", "keys"),
        ("jwks-rest-named-issuer", "keys"),
        ("jwks-http-api-get", "keys"),
        ("jwks-rest-openid-configuration", "jwks_uri"),
        ("jwks-rest-oauth-authorization-server", "jwks_uri"),
    ],
)
def test_each_sample_is_answered(name: str, member: str) -> None:
    """A proxy response that API Gateway takes: status, string headers, string body."""
    world = _World()
    answer = world.serve(world.event(name))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])[member]
    assert all(isinstance(value, str) for value in answer["headers"].values())
    assert world.counted == ["200"]


def test_a_named_issuer_has_its_own_keys() -> None:
    """The sample for `orders` does not get the keys of `default`."""
    world = _World()
    (key,) = json.loads(world.serve(world.event("jwks-rest-named-issuer"))["body"])["keys"]
    assert key["kid"] == world.service.active(issuer="orders").kid


def test_the_sample_for_head_has_no_body() -> None:
    """HEAD has the headers of GET."""
    world = _World()
    head, get = world.serve(world.event("jwks-rest-head")), world.serve(world.event("jwks-rest-get"))
    assert (head["body"], head["headers"]) == ("", get["headers"])


@pytest.mark.parametrize("name", ["If-None-Match", "if-none-match", "IF-NONE-MATCH"])
def test_a_copy_is_revalidated_whatever_the_case(name: str) -> None:
    """REST APIs keep the case that the client chose; HTTP APIs lower it."""
    world = _World()
    event = world.event("jwks-rest-get")
    tag = world.serve(event)["headers"]["ETag"]
    for headers in (
        {"headers": {name: tag}, "multiValueHeaders": None},
        {"multiValueHeaders": {name: ['"x"', tag]}},
    ):
        assert world.serve(event | headers)["statusCode"] == 304


@pytest.mark.parametrize(
    "noise",
    [
        {"queryStringParameters": {"kid": "x"}, "multiValueQueryStringParameters": {"kid": ["x"]}},
        {"headers": {"Cookie": "a=b", "Accept": "text/html", "X-Forwarded-Host": "evil.example"}},
        {"headers": None, "multiValueHeaders": None},
        {"multiValueHeaders": {"Host": ["evil.example"], "X-Original-URL": ["/other"]}},
        {"body": "x", "isBase64Encoded": True},
    ],
)
def test_nothing_else_of_a_request_changes_the_answer(noise: dict[str, Any]) -> None:
    """Query strings, cookies and odd headers can neither split nor poison a cache."""
    world = _World()
    event = world.event("jwks-rest-get")
    assert world.serve(event | noise) == world.serve(event)


def test_http_api_payload_1_0_is_understood() -> None:
    """It looks like a REST API's event, but for its version and the stage in its path."""
    world = _World()
    event = world.event("jwks-rest-get") | {"version": "1.0", "path": "/live/.well-known/jwks.json"}
    assert world.serve(event)["statusCode"] == 200


def test_a_stage_is_no_part_of_the_path() -> None:
    """HTTP API payload 2.0 puts it in front, unless it is `$default`."""
    world = _World()
    event = world.event("jwks-http-api-get")
    event["requestContext"]["stage"] = "$default"
    assert world.serve(event)["statusCode"] == 404
    assert world.serve(event | {"rawPath": "/.well-known/jwks.json"})["statusCode"] == 200


def test_an_event_of_no_api_is_not_found() -> None:
    """Whatever invokes the function by mistake gets an answer and no stack trace."""
    assert _World().serve({})["statusCode"] == 404


def test_answers_are_counted_by_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wired counter writes CloudWatch's embedded metrics; no dimension comes from a request."""
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "KEY_RING_TABLE": "rings",
        "ISSUER_URL": "https://issuer.example.com",
        "POWERTOOLS_SERVICE_NAME": "jwx-jwks",
        "POWERTOOLS_METRICS_NAMESPACE": "Jwx",
    }.items():
        monkeypatch.setenv(name, value)
    try:
        app.from_env().count("404")
    finally:
        app.from_env.cache_clear()
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service", "status"]]
    assert (line["service"], line["status"], line["Documents"]) == ("jwx-jwks", "404", 1)


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear sentence instead of a KeyError."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("KEY_RING_TABLE", raising=False)
    with pytest.raises(ConfigurationError, match="KEY_RING_TABLE: is not set"):
        app.from_env()
