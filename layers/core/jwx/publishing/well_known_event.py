"""What the publishing endpoint reads of an event: REST API, or HTTP API in either payload version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Request(NamedTuple):
    """All of a request that may have an effect."""

    method: str
    path: str
    if_none_match: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """From the event; whatever it lacks is empty, and so leads to 404 or 405."""
        if_none_match = _header(event, "if-none-match")
        http = event.get("requestContext", {}).get("http")
        if http is not None:
            return cls(http["method"], _without_stage(event, event.get("rawPath", "")), if_none_match)
        path = event.get("path", "")
        path = _without_stage(event, path) if "version" in event else path
        return cls(event.get("httpMethod", ""), path, if_none_match)


def _without_stage(event: Mapping[str, Any], path: str) -> str:
    """The path of an HTTP API begins with the stage, unless that is `$default`; a REST API's never does."""
    stage = event["requestContext"].get("stage", "$default")
    return path.removeprefix(f"/{stage}") if path.startswith(f"/{stage}/") else path


def _header(event: Mapping[str, Any], wanted: str) -> str:
    """All values of a header as one list; clients choose the case of its name."""
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if name.lower() == wanted:
            return ", ".join(values)
    for name, value in (event.get("headers") or {}).items():
        if name.lower() == wanted:
            return str(value)
    return ""
