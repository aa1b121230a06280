"""The events that a Lambda authorizer is sent, told apart and brought to one shape.

REST APIs send TOKEN or REQUEST, HTTP APIs payload 1.0 or 2.0, WebSocket APIs a REQUEST for `$connect`
only, AppSync a form of its own. Header names come in any case; which one depends on the API's kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from jwx.errors import InvalidRequest
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

type Shape = Literal["rest", "http_1", "http_2", "websocket", "appsync"]


class Route(NamedTuple):
    """What is asked for, and the ARN of the stage that it is part of."""

    stage_arn: str
    method: str
    """Empty for a WebSocket, whose one route is the path `$connect`."""
    path: str
    alias: str | None = None
    """Another path that the same request names: both must be open."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All that must be open."""
        return (self.path,) if self.alias is None else (self.path, self.alias)


class AuthorizerEvent(NamedTuple):
    """One event, whatever it came from."""

    shape: Shape
    route: Route
    authorization: tuple[str, ...]
    """Every value of the Authorization header; more than one is an attempt to be read two ways."""
    protocols: tuple[str, ...]
    query: Mapping[str, Any]
    has_identity_source: bool
    request_id: str


def read_event(event: Mapping[str, Any]) -> AuthorizerEvent:
    """The event in one shape; InvalidRequest for what no authorizer is ever sent."""
    try:
        return _read(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidRequest("event: not one that API Gateway or AppSync sends to an authorizer") from error


def _read(event: Mapping[str, Any]) -> AuthorizerEvent:
    if event.get("type") == "TOKEN":
        values = (event["authorizationToken"],) if event.get("authorizationToken") else ()
        return AuthorizerEvent("rest", _route_of(event["methodArn"]), values, (), {}, True, "")
    context = event["requestContext"]
    if "authorizationToken" in event and "apiId" in context and "methodArn" not in event:
        route = Route("", "POST", "/graphql")
        values = (event["authorizationToken"],)
        return AuthorizerEvent("appsync", route, values, (), {}, True, str(context.get("requestId", "")))
    if event.get("type") != "REQUEST":
        raise ValueError("neither TOKEN nor REQUEST")
    shape, route = _shape_and_route(event, context)
    query = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    if not isinstance(query, dict):
        raise TypeError("query parameters without names")
    return AuthorizerEvent(
        shape,
        route,
        _header(event, "authorization"),
        _header(event, "sec-websocket-protocol"),
        query,
        bool(event.get("identitySource")),
        str(context.get("requestId", "")),
    )


def _shape_and_route(event: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Shape, Route]:
    if event.get("version") == "2.0":
        return "http_2", _http_2_route(event, context)
    route = _route_of(event["methodArn"])
    if event.get("version") == "1.0":
        return "http_1", route
    if event.get("version"):
        raise ValueError("a payload of a version to come")
    return ("rest" if route.method else "websocket"), route


def _route_of(arn: str) -> Route:
    """arn:aws:execute-api:region:account:api/stage/METHOD/path, or .../stage/$connect."""
    *head, resource = arn.split(":", 5)
    api, stage, rest = resource.split("/", 2)
    stage_arn = f"{':'.join(head)}:{api}/{stage}"
    if rest == "$connect":
        return Route(stage_arn, "", rest)
    method, _, path = rest.partition("/")
    return Route(stage_arn, method, f"/{path}")


def _http_2_route(event: Mapping[str, Any], context: Mapping[str, Any]) -> Route:
    """The raw path holds the stage, or behind a custom domain the key of an API mapping, or neither.

    The ARN holds neither, and is what API Gateway judges a policy by: where the raw path ends in the ARN's,
    that one counts. Where the two are encoded differently, or what stands before is no name of a stage or
    key, each is judged.
    `$default` never stands in a path, so that a path which begins with it is what the client asked for.
    """
    route, path, method = _route_of(event["routeArn"]), str(event["rawPath"]), context["http"]["method"]
    prefix = _before(path, route.path)
    if prefix is not None:
        rest = path.removeprefix(prefix)
        return Route(route.stage_arn, method, rest, None if rest == route.path else route.path)
    stage = f"/{context['stage']}"
    if stage != "/$default" and (path + "/").startswith(stage + "/"):
        path = path.removeprefix(stage) or "/"
    return Route(route.stage_arn, method, path, None if path == route.path else route.path)


def _before(path: str, end: str) -> str | None:
    """What stands before `end`, in whichever spelling, if that may be a stage or a key."""
    decoded, ending = unquote(path), unquote(end)
    prefix = decoded.removesuffix(ending)
    return prefix if decoded.endswith(ending) and path.startswith(prefix) and _is_plain(prefix) else None


def _is_plain(prefix: str) -> bool:
    """Whether it may be a stage or a key, and no way around: the integration is sent the raw path."""
    is_name = {"", ".", ".."}.isdisjoint(prefix.split("/")[1:])
    return is_name and {"%", ";", "\\"}.isdisjoint(prefix)


def _header(event: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Every value: REST events carry single and multiple values side by side, HTTP 2.0 only the former.

    They tell of one request, the single one being the last. One that is not among the others would be what
    an integration reads and we do not.
    """
    several, single = event.get("multiValueHeaders") or {}, event.get("headers") or {}
    values = [value for key, listed in several.items() if key.lower() == name for value in listed]
    alone = [value for key, value in single.items() if key.lower() == name]
    return tuple(values + [value for value in alone if value not in values])
