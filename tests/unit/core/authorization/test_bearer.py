"""One token, in one place."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.authorization.bearer import WebSocketToken, find_token, parse_websocket_token
from jwx.authorization.events import read_event
from jwx.errors import ConfigurationError, VerificationError
from tests.fakes.api_events import SHAPES, api_event

HEADER_ONLY = WebSocketToken()
PROTOCOL, QUERY = parse_websocket_token("protocol"), parse_websocket_token("query:access_token")


def find(event: dict[str, Any], websocket: WebSocketToken = HEADER_ONLY) -> str:
    return find_token(read_event(event), websocket)


def refusal(event: dict[str, Any], websocket: WebSocketToken = HEADER_ONLY) -> str:
    with pytest.raises(VerificationError) as caught:
        find(event, websocket)
    return caught.value.reason


@pytest.mark.parametrize("shape", SHAPES)
def test_the_token_is_found_in_every_shape(shape: str) -> None:
    """Without its scheme."""
    assert find(api_event(shape, "a.b.c")) == "a.b.c"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_of_any_case(scheme: str) -> None:
    """RFC 9110 section 11.1."""
    assert find(api_event("rest-token") | {"authorizationToken": f"{scheme}  a.b.c"}) == "a.b.c"


@pytest.mark.parametrize(
    "value",
    [
        *(
            "a.b.c",
            "Bearer",
            "Bearer ",
            "Bearera.b.c",
            "Basic a.b.c",
            "Bearer a.b.c d.e.f",
            "Bearer a.b.c,Bearer d.e.f",
        ),
        *(
            "Bearer a.b.c ",
            " Bearer a.b.c",
            "Bearer\ta.b.c",
            "Bearer a.b.c\n",
            "Bearer Bearer a.b.c",
        ),
        *(7, ["Bearer a.b.c"]),
    ],
    ids=repr,
)
def test_any_other_header_is_malformed(value: object) -> None:
    """Two tokens in one value, another scheme, odd white space."""
    assert refusal(api_event("rest-token") | {"authorizationToken": value}) == "malformed_authorization"


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "appsync"])
def test_no_token_has_a_reason_of_its_own(shape: str) -> None:
    """Nothing was wrong with it, it was not there."""
    assert refusal(api_event(shape, without="token")) == "missing_token"


def test_two_values_are_refused() -> None:
    """Even two equal ones: who reads which cannot be known."""
    event = api_event("rest-request")
    event["multiValueHeaders"]["Authorization"] *= 2
    assert refusal(event) == "several_tokens"


def test_appsync_may_send_the_bare_token() -> None:
    """Its clients do."""
    assert find(api_event("appsync") | {"authorizationToken": "a.b.c"}) == "a.b.c"


def websocket_event(**changes: Any) -> dict[str, Any]:
    return api_event("websocket", without="token") | {"multiValueHeaders": None} | changes


@pytest.mark.parametrize("offer", ["bearer, a.b.c", "chat, Bearer,a.b.c", "bearer, a.b.c, chat"])
def test_a_websocket_may_offer_its_token_as_a_protocol(offer: str) -> None:
    """The token follows the protocol named bearer; only where that is turned on."""
    event = websocket_event(headers={"Sec-WebSocket-Protocol": offer})
    assert find(event, PROTOCOL) == "a.b.c"
    assert refusal(event) == refusal(event, QUERY) == "missing_token"


def test_a_websocket_may_have_its_token_in_the_query() -> None:
    """In the parameter that was named; only where that is turned on."""
    event = websocket_event(multiValueQueryStringParameters={"access_token": ["a.b.c"]})
    assert find(event, QUERY) == "a.b.c"
    assert find(websocket_event(queryStringParameters={"access_token": "a.b.c"}), QUERY) == "a.b.c"
    assert refusal(event) == refusal(event, PROTOCOL) == "missing_token"


def test_two_places_or_two_values_are_refused() -> None:
    """RFC 6750 section 2."""
    query = {"access_token": ["a.b.c"]}
    both = websocket_event(headers={"Authorization": "Bearer a.b.c"}, multiValueQueryStringParameters=query)
    assert refusal(both, QUERY) == "several_tokens"
    twice = websocket_event(multiValueQueryStringParameters={"access_token": ["a", "b"]})
    assert refusal(twice, QUERY) == "several_tokens"
    offers = websocket_event(headers={"Sec-WebSocket-Protocol": "bearer, a, bearer, b"})
    assert refusal(offers, PROTOCOL) == "several_tokens"


@pytest.mark.parametrize("shape", ["rest-request", "http-1", "http-2"])
def test_other_apis_take_no_token_from_the_query(shape: str) -> None:
    """It would stand in every access log."""
    event = api_event(shape, without="token") | {"queryStringParameters": {"access_token": "a.b.c"}}
    assert refusal(event, QUERY) == "missing_token"


@pytest.mark.parametrize("text", ["", "header", "query", "query:", "query:a b", "PROTOCOL"])
def test_another_place_is_a_mistake(text: str) -> None:
    """The message says what there is."""
    with pytest.raises(ConfigurationError, match="WEBSOCKET_TOKEN"):
        parse_websocket_token(text)
