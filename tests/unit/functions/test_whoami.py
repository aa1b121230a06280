"""The example API's handler."""

import json
from typing import Any

from functions.whoami.app import lambda_handler


def event(authorizer: dict[str, Any]) -> dict[str, Any]:
    return {"path": "/whoami", "requestContext": {"authorizer": authorizer}}


def test_echoes_what_was_verified() -> None:
    """The caller sees the authorizer's context, and nothing that API Gateway added."""
    verified = {"sub": "svc-1", "scope": "orders:read", "principalId": "svc-1"}
    answer = lambda_handler(event(verified | {"integrationLatency": 12}), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"path": "/whoami", "claims": verified}


def test_claims_are_not_cached() -> None:
    """One caller's claims are for that caller only."""
    assert lambda_handler(event({}), None)["headers"]["Cache-Control"] == "no-store"
