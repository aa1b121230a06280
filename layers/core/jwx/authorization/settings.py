"""The authorizer's environment variables, read once; a mistake stops the function with one message.

`sam local invoke` sets to nothing what the template leaves out. For TRUSTED_ISSUERS, TRUSTED_ISSUERS_FILE and
WEBSOCKET_TOKEN that counts as absent; not for ROUTE_SCOPES, whose absence opens every route and so must be
meant.

| variable | meaning |
|---|---|
| TRUSTED_ISSUERS | JSON array, see `jwx.verification.trusted_issuers`; this or the next, not both |
| TRUSTED_ISSUERS_FILE | a file of the deployment package with the same content |
| ROUTE_SCOPES | JSON object, see `jwx.authorization.routes`; absent: any valid token opens any route |
| HTTP_API_RESPONSE | `simple` (default) or `policy`: as the HTTP API's authorizer is set up |
| CONTEXT_CLAIMS | JSON array of more claims to hand on, each as a JSON string |
| WEBSOCKET_TOKEN | `protocol` or `query:<name>`: where else than in a header a token may come |
| JWKS_FLOOR, JWKS_CEILING | a key set is kept at least, at most so many seconds (10, 30) |
| JWKS_STALE_IF_ERROR | and used so much longer while its endpoint fails (3600; 0: not at all) |
| DECISION_CACHE | seconds for which AppSync may keep a decision (15) |
| MAX_TOKEN_SIZE | in characters (16384) |
"""

from __future__ import annotations

import os.path
import time
from typing import TYPE_CHECKING, Any, Final

from jwx.authorization.answers import CONTEXT_CLAIMS, Answers
from jwx.authorization.authorizer import Authorizer
from jwx.authorization.bearer import WebSocketToken, parse_websocket_token
from jwx.authorization.outcomes import OutcomeLog, write_line
from jwx.authorization.routes import parse_routes
from jwx.errors import ConfigurationError
from jwx.jose import strict_json
from jwx.verification.deadline import TIMEOUT
from jwx.verification.document_cache import CacheLimits
from jwx.verification.https import fetch_json
from jwx.verification.trusted_issuers import TrustedIssuer, parse_trusted_issuers
from jwx.verification.verifier import MAX_TOKEN_SIZE, Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwx.verification.fetched import Fetch, Fetched

_RESPONSES: Final = ("simple", "policy")


def authorizer_from(
    environ: Mapping[str, str],
    *,
    fetch: Fetch = fetch_json,
    clock: Callable[[], float] = time.time,
    write: Callable[[str], None] = write_line,
) -> Authorizer:
    """The authorizer that these variables describe; ConfigurationError for the first mistake."""
    limits = CacheLimits(
        floor=_seconds(environ, "JWKS_FLOOR", 10, highest=300),
        ceiling=_seconds(environ, "JWKS_CEILING", 30, highest=3600),
        stale_if_error=_seconds(environ, "JWKS_STALE_IF_ERROR", 3600, highest=86400),
    )
    if limits.floor > limits.ceiling:
        raise ConfigurationError(f"JWKS_FLOOR: got {limits.floor}; at most JWKS_CEILING, {limits.ceiling}")
    size = _seconds(environ, "MAX_TOKEN_SIZE", MAX_TOKEN_SIZE, highest=64 * 1024)
    counted = _Counted(fetch)
    verifier = Verifier(*_issuers(environ), fetch=counted, clock=clock, cache=limits, max_token_size=size)
    service, namespace = environ.get("POWERTOOLS_SERVICE_NAME"), environ.get("POWERTOOLS_METRICS_NAMESPACE")
    log = OutcomeLog(namespace or "Jwx", service or "authorizer", write)
    return Authorizer(
        verifier,
        _answers(environ),
        log,
        websocket=_websocket(environ),
        clock=clock,
        fetches=lambda: counted.count,
    )


class _Counted:
    """Fetches, and counts how often: a decision that needs none costs nothing here."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch, self.count = fetch, 0

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        self.count += 1
        return self._fetch(url, etag=etag, timeout=timeout)


def _issuers(environ: Mapping[str, str]) -> tuple[TrustedIssuer, ...]:
    text, name = environ.get("TRUSTED_ISSUERS") or None, environ.get("TRUSTED_ISSUERS_FILE") or None
    if (text is None) == (name is None):
        raise ConfigurationError("TRUSTED_ISSUERS, TRUSTED_ISSUERS_FILE: exactly one of them is wanted")
    if text is not None:
        return parse_trusted_issuers(text)
    try:
        # `pathlib` would cost the cold start more than this whole module does.
        with open(os.path.join(environ.get("LAMBDA_TASK_ROOT", ""), str(name)), "rb") as file:
            return parse_trusted_issuers(file.read())
    except OSError as error:
        raise ConfigurationError(f"TRUSTED_ISSUERS_FILE: {name!r} cannot be read") from error


def _answers(environ: Mapping[str, str]) -> Answers:
    response = environ.get("HTTP_API_RESPONSE", "simple")
    if response not in _RESPONSES:
        raise ConfigurationError(f"HTTP_API_RESPONSE: got {response!r}; allowed are {', '.join(_RESPONSES)}")
    return Answers(
        parse_routes(environ.get("ROUTE_SCOPES")),
        response == "simple",
        _extra_claims(environ.get("CONTEXT_CLAIMS", "[]")),
        _seconds(environ, "DECISION_CACHE", 15, highest=3600),
    )


def _extra_claims(text: str) -> tuple[str, ...]:
    try:
        names: Any = strict_json.parse(text.encode())
    except strict_json.MalformedJson:
        names = None
    if not isinstance(names, list) or not all(isinstance(n, str) and n not in CONTEXT_CLAIMS for n in names):
        raise ConfigurationError(
            f"CONTEXT_CLAIMS: got {text!r}; wanted is a JSON array of claim names "
            f"other than {', '.join(CONTEXT_CLAIMS)}"
        )
    return tuple(names)


def _websocket(environ: Mapping[str, str]) -> WebSocketToken:
    text = environ.get("WEBSOCKET_TOKEN")
    return parse_websocket_token(text) if text else WebSocketToken()


def _seconds(environ: Mapping[str, str], name: str, default: int, *, highest: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) <= highest):
        raise ConfigurationError(f"{name}: got {text!r}; allowed is a whole number from 0 to {highest}")
    return int(text)
