"""The answers that each kind of API understands.

REST and WebSocket APIs and HTTP API payload 1.0 take a policy; HTTP API 2.0 takes `isAuthorized` or a
policy, as its authorizer is set up (`EnableSimpleResponses`); AppSync a form of its own. A simple answer
that API Gateway caches holds for every route: give such an authorizer `$context.routeKey` as an
identity source, or a policy, or no cache.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jwx.authorization.routes import Routes, deny_all, one_route, scopes_of
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwx.authorization.events import AuthorizerEvent

CONTEXT_CLAIMS: Final = ("sub", "client_id", "scope", "iss", "jti", "exp")
MAX_WEBSOCKET_ANSWER: Final = 8192
"""In bytes; API Gateway answers 500 beyond. It names no such bound for its other APIs."""


class Unauthorized(Exception):
    """API Gateway answers 401 when a function fails with exactly this word, and 500 with any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Answers(NamedTuple):
    """How to answer; the same for every event."""

    routes: Routes
    simple_http_2: bool = True
    extra_claims: tuple[str, ...] = ()
    decision_cache: int = 15
    """Seconds for AppSync, which caches for as long as it is told: the part of a revocation's minute."""

    def accept(
        self, event: AuthorizerEvent, claims: Mapping[str, Any], now: float
    ) -> tuple[str, dict[str, Any]]:
        """`valid` if the route is open to the holder of these claims, else why not; and the answer."""
        scopes, route = scopes_of(claims), event.route
        is_open = all(self.routes.allows(route.method, path, scopes) for path in route.paths)
        verdict, context = "valid" if is_open else "insufficient_scope", self._context(claims)
        if event.shape == "appsync":
            strings = {name: str(value) for name, value in context.items()}
            return verdict, _appsync(is_open, strings, self._time_to_live(claims, now))
        if event.shape == "http_2" and self.simple_http_2:
            return verdict, {"isAuthorized": is_open, "context": context}
        principal = claims.get("sub") or claims.get("client_id") or claims["iss"]
        if event.shape == "websocket":
            document = one_route(f"{route.stage_arn}/{route.path}", is_open=is_open)
            return _bounded(verdict, _policy(principal, document, context), route.stage_arn)
        return verdict, _policy(principal, self.routes.policy(route.stage_arn, scopes), context)

    def refuse(self, event: AuthorizerEvent) -> dict[str, Any]:
        """The answer to a token that is not believed; Unauthorized where that makes a 401.

        HTTP APIs make it one only without identity sources; with them, 403 is all there is.
        """
        if event.shape == "appsync":
            return _appsync(False, {}, 0)
        if event.shape in ("rest", "websocket") or not event.has_identity_source:
            raise Unauthorized from None
        if event.shape == "http_2" and self.simple_http_2:
            return {"isAuthorized": False, "context": {}}
        return _policy("anonymous", deny_all(event.route.stage_arn), {})

    def _time_to_live(self, claims: Mapping[str, Any], now: float) -> int:
        return int(min(self.decision_cache, max(0, claims["exp"] - now)))

    def _context(self, claims: Mapping[str, Any]) -> dict[str, str | int | float]:
        """Scalars only: an object in it makes API Gateway answer 500."""
        context = {
            name: claims[name] for name in CONTEXT_CLAIMS if isinstance(claims.get(name), (str, int, float))
        }
        for name in self.extra_claims:
            if name in claims:
                context[name] = json.dumps(claims[name], separators=(",", ":"))
        return context


def _policy(principal: str, document: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"principalId": principal, "policyDocument": document, "context": context}


def _bounded(verdict: str, answer: dict[str, Any], stage_arn: str) -> tuple[str, dict[str, Any]]:
    """A token that says too much is refused: a claim left out could be the one that forbids something."""
    if len(json.dumps(answer)) <= MAX_WEBSOCKET_ANSWER:
        return verdict, answer
    return "context_too_large", _policy("anonymous", deny_all(stage_arn), {})


def _appsync(is_open: bool, context: dict[str, str], ttl: int) -> dict[str, Any]:
    return {"isAuthorized": is_open, "resolverContext": context, "deniedFields": [], "ttlOverride": ttl}
