"""The example API's only handler: it echoes what the authorizer verified, and verifies nothing itself."""

from __future__ import annotations

import json
from typing import Any


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with the authorizer's context, less what API Gateway itself adds to it."""
    verified = event["requestContext"].get("authorizer", {})
    claims = {name: verified[name] for name in sorted(verified) if name != "integrationLatency"}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": json.dumps({"path": event["path"], "claims": claims}),
    }
