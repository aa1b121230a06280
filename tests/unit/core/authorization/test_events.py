"""Every event that an authorizer is sent, told apart by itself."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.authorization.events import Route, read_event
from jwx.errors import InvalidRequest
from tests.fakes.api_events import SHAPES, api_event

ARN = "arn:aws:execute-api:eu-central-1:123456789012"


@pytest.mark.parametrize(
    ("shape", "read_as", "route"),
    [
        ("rest-token", "rest", Route(f"{ARN}:a1b2c3d4e5/prod", "GET", "/orders")),
        ("rest-request", "rest", Route(f"{ARN}:a1b2c3d4e5/prod", "GET", "/orders")),
        ("http-1", "http_1", Route(f"{ARN}:f6g7h8i9j0/$default", "GET", "/orders")),
        ("http-2", "http_2", Route(f"{ARN}:f6g7h8i9j0/prod", "GET", "/orders")),
        ("websocket", "websocket", Route(f"{ARN}:k1l2m3n4o5/prod", "", "$connect")),
        ("appsync", "appsync", Route("", "POST", "/graphql")),
    ],
)
def test_an_event_is_told_apart(shape: str, read_as: str, route: Route) -> None:
    """With the stage, the method and the path less the stage."""
    event = read_event(api_event(shape))
    assert (event.shape, event.route, event.authorization) == (read_as, route, ("Bearer TOKEN",))


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION", "aUTHORIZATION"])
@pytest.mark.parametrize("shape", ["rest-request", "http-1", "http-2", "websocket"])
def test_header_names_come_in_any_case(shape: str, name: str) -> None:
    """REST APIs keep the client's, HTTP APIs lower it, others do as they like."""
    event = api_event(shape, without="token")
    event["headers"][name] = "Bearer x"
    assert read_event(event).authorization == ("Bearer x",)


@pytest.mark.parametrize("way_round", ["/", "/x/..", "/x/.", "/x/..;", "/x/%2e%2e", "/x;a=b", "/x\\.."])
def test_what_an_arn_leaves_out_counts_unless_it_names_a_stage_or_a_key(way_round: str) -> None:
    """Were the ARN made plain, and the integration sent what it was before, both would have to be open."""
    assert http_2_route("prod", f"/prod{way_round}/admin", "admin").paths == (f"{way_round}/admin", "/admin")


def test_every_value_of_a_header_is_seen() -> None:
    """Also where the single-value form shows only the last."""
    event = api_event("rest-request")
    event["multiValueHeaders"]["Authorization"] = ["Bearer a", "Bearer b"]
    event["headers"]["Authorization"] = "Bearer b"
    assert read_event(event).authorization == ("Bearer a", "Bearer b")
    event["multiValueHeaders"] = None
    event["headers"]["authorization"] = "Bearer c"
    assert read_event(event).authorization == ("Bearer b", "Bearer c")


def test_the_two_forms_of_a_header_must_tell_of_one_request() -> None:
    """A single value that is none of the several is another token, which an integration may read."""
    event = api_event("rest-request")
    event["headers"]["Authorization"] = "Bearer other"
    assert read_event(event).authorization == ("Bearer TOKEN", "Bearer other")
    event["multiValueHeaders"]["Authorization"] = []
    assert read_event(event).authorization == ("Bearer other",)
    event["multiValueHeaders"]["Authorization"] = ["Bearer a", "Bearer other"]
    assert read_event(event).authorization == ("Bearer a", "Bearer other")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "appsync"])
def test_a_missing_token_is_no_malformed_event(shape: str) -> None:
    """It is simply not there."""
    assert read_event(api_event(shape, without="token")).authorization == ()


@pytest.mark.parametrize(
    ("stage", "raw_path", "arn_path", "path"),
    [
        ("prod", "/prod/orders", "orders", "/orders"),
        ("prod", "/prod", "", "/"),
        ("prod", "/prod/prod/orders", "prod/orders", "/prod/orders"),
        ("prod", "/prod/orders", "prod/orders", "/prod/orders"),
        ("prod", "/production/orders", "production/orders", "/production/orders"),
        ("$default", "/orders", "orders", "/orders"),
        ("$default", "/", "", "/"),
        ("prod", "/orders", "orders", "/orders"),
        ("prod", "/v1/orders", "orders", "/orders"),
        ("prod", "/team/v1/prod/orders", "prod/orders", "/prod/orders"),
    ],
)
def test_the_raw_path_loses_the_stage_where_it_has_one(
    stage: str, raw_path: str, arn_path: str, path: str
) -> None:
    """Behind a custom domain it has none, or the key of a mapping; and a path may begin like the stage."""
    assert http_2_route(stage, raw_path, arn_path).paths == (path,)


def http_2_route(stage: str, raw_path: str, arn_path: str) -> Route:
    event = api_event("http-2")
    event["routeArn"] = f"{ARN}:f6g7h8i9j0/{stage}/GET/{arn_path}"
    event["rawPath"], event["requestContext"]["stage"] = raw_path, stage
    return read_event(event).route


@pytest.mark.parametrize(
    ("raw_path", "arn_path", "paths"),
    [
        ("/v1", "", ("/v1", "/")),
        ("/v1/orders/a b", "orders/a%20b", ("/orders/a b", "/orders/a%20b")),
        ("/v1/orders/\u00e9", "orders/%C3%a9", ("/orders/\u00e9", "/orders/%C3%a9")),
        ("/v1/orders/%C3%A9", "orders/\u00e9", ("/orders/%C3%A9", "/orders/\u00e9")),
        ("/prod/orders/a b", "orders/a%20b", ("/orders/a b", "/orders/a%20b")),
        ("/prod/orders/a b", "prod/orders/a%20b", ("/prod/orders/a b", "/prod/orders/a%20b")),
        ("/v1/a%2520b", "a b", ("/v1/a%2520b", "/a b")),
        ("/v1;x/a b", "a%20b", ("/v1;x/a b", "/a%20b")),
        ("/%761/a b", "a%20b", ("/%761/a b", "/a%20b")),
    ],
)
def test_paths_that_are_not_spelled_alike_are_all_told(
    raw_path: str, arn_path: str, paths: tuple[str, ...]
) -> None:
    """Less a stage or key, unless it cannot be seen for sure which part of the raw path that is."""
    assert http_2_route("prod", raw_path, arn_path).paths == paths


@pytest.mark.parametrize(
    ("arn", "route"),
    [
        (f"{ARN}:api/prod/GET/", Route(f"{ARN}:api/prod", "GET", "/")),
        (f"{ARN}:api/prod/POST/a:b/c", Route(f"{ARN}:api/prod", "POST", "/a:b/c")),
        (f"{ARN}:api/prod/GET//orders", Route(f"{ARN}:api/prod", "GET", "//orders")),
        (f"{ARN}:api/prod/GET/$connect", Route(f"{ARN}:api/prod", "GET", "/$connect")),
    ],
)
def test_the_method_arn_is_taken_apart(arn: str, route: Route) -> None:
    """Only its first slashes and colons divide it."""
    assert read_event(api_event("rest-token") | {"methodArn": arn}).route == route


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "TOKEN"},
        {"type": "TOKEN", "methodArn": "arn:aws:execute-api"},
        {"type": "TOKEN", "methodArn": f"{ARN}:api"},
        {"type": "REQUEST"},
        {"type": "REQUEST", "requestContext": {}},
        {"type": "OTHER", "requestContext": {}},
        {"version": "2.0", "requestContext": {"http": {"method": "GET"}}},
        api_event("rest-request") | {"version": "3.0"},
        api_event("rest-request") | {"version": "2.0"},
        api_event("websocket") | {"multiValueQueryStringParameters": ["access_token"]},
        {"requestContext": None},
        {"requestContext": []},
        [],
        None,
        "event",
    ],
    ids=range(16),
)
def test_any_other_event_is_an_error(event: Any) -> None:
    """Never a decision, neither yes nor no."""
    with pytest.raises(InvalidRequest, match="event"):
        read_event(event)
