"""`POST /token` behind API Gateway with IAM authorization: answers and errors as in RFC 6749 section 5.

The body is the JSON of a direct invoke, one request. It is no OAuth token endpoint: the caller proves itself
with SigV4, which no OAuth client does, and so it stands in no discovery document.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard

from jwx.errors import InvalidRequest, JwxError, NotGranted, ServiceFailed
from jwx.issuing.grants import check_granted
from jwx.issuing.issuer import Token
from jwx.issuing.token_policy import TokenPolicies
from jwx.issuing.token_request import TokenRequest
from jwx.jose import strict_json

type Answer = dict[str, Any]

_HEADERS: Final = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",  # RFC 6749 section 5.1
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


class TokenEndpoint:
    """Checks grants, then has the token issued like any other."""

    def __init__(self, policies: TokenPolicies, *, refused: Callable[[JwxError], None]) -> None:
        self._policies = policies
        self._refused = refused

    def answer(self, event: Mapping[str, Any], issue: Callable[[TokenRequest, str], Token]) -> Answer:
        """A proxy response; `issue`, told the caller too, raises what a direct invoke would."""
        if _method(event) != "POST":
            return _error(405, "invalid_request", "Allowed is POST.", {"Allow": "POST"})
        try:
            request = TokenRequest.parse(_body(event))
            grants = self._policies.of(request.issuer).grants
            caller = _principal(event)
            check_granted(grants, request, principal=caller)
            return _granted(request, issue(request, caller))
        except JwxError as error:
            self._refused(error)
            return _failed(error)


def is_http(event: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether API Gateway sent the event. Who may invoke the function directly may mint anything anyway."""
    return isinstance(event, Mapping) and isinstance(event.get("requestContext"), Mapping)


def _method(event: Mapping[str, Any]) -> Any:
    return event.get("httpMethod") or event["requestContext"].get("http", {}).get("method")


def _principal(event: Mapping[str, Any]) -> str:
    """The caller as IAM verified it, for a REST API or HTTP API payload 2.0; empty if there is none."""
    context = event["requestContext"]
    rest = context.get("identity", {}).get("userArn")
    http = context.get("authorizer", {}).get("iam", {}).get("userArn")
    return rest or http or ""


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The request, strictly parsed: two members of one name could mean two tokens."""
    text = event.get("body") or ""
    try:
        return strict_json.parse_object(b64decode(text) if event.get("isBase64Encoded") else text.encode())
    except (strict_json.MalformedJson, binascii.Error, UnicodeEncodeError) as error:
        raise InvalidRequest(f"body: one JSON object is needed: {error}") from error


def _granted(request: TokenRequest, token: Token) -> Answer:
    """RFC 6749 section 5.1."""
    body = {
        "access_token": token.token,
        "token_type": "Bearer",
        "expires_in": token.expires_at - token.issued_at,
    }
    if "scope" in request.claims:
        body["scope"] = request.claims["scope"]
    return {"statusCode": 200, "headers": _HEADERS, "body": json.dumps(body)}


def _failed(error: JwxError) -> Answer:
    """RFC 6749 section 5.2 has no code for our own trouble; section 4.1.2.1 has."""
    if isinstance(error, ServiceFailed):
        return _error(503, "temporarily_unavailable", type(error).__name__, {"Retry-After": "5"})
    code = error.code if isinstance(error, NotGranted) else "invalid_request"
    return _error(400, code, str(error))


def _error(status: int, code: str, description: str, headers: Mapping[str, str] | None = None) -> Answer:
    """RFC 6749 section 5.2, whose descriptions hold only some of ASCII."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\' else "?" for c in description)
    body = {"error": code, "error_description": plain}
    return {"statusCode": status, "headers": _HEADERS | dict(headers or {}), "body": json.dumps(body)}
