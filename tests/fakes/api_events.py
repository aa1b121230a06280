"""The sample events of the authorizer, with a token put in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHAPES = ("rest-token", "rest-request", "http-1", "http-2", "websocket", "appsync")
_FOLDER = Path(__file__).parents[2] / "events"


def api_event(shape: str, token: str = "TOKEN", *, without: str = "") -> dict[str, Any]:
    """events/authorizer-<shape>.json; `without="token"` leaves the token out as API Gateway would."""
    text = (_FOLDER / f"authorizer-{shape}.json").read_text()
    event: dict[str, Any] = json.loads(text.replace("Bearer TOKEN", f"Bearer {token}"))
    if without == "token":
        event = _less_token(event)
    return event


def _less_token(event: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value for name, value in event.items() if name not in ("authorizationToken", "identitySource")
    }
    for headers in ("headers", "multiValueHeaders"):
        if headers in kept:
            kept[headers] = {n: v for n, v in kept[headers].items() if n.lower() != "authorization"}
    return kept
