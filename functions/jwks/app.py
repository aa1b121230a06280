"""Key ring -> JWK Set and discovery documents: an API Gateway event in, a proxy response out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.config import Config

from jwx.emf import metric_line
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.settings import base_url, jwk_set_type, required
from jwx_aws.clients import Clients
from jwx_aws.dynamodb import DynamoRingStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwks:
    """What one request needs."""

    well_known: WellKnown
    count: Callable[[str], None]
    """Told the status of each answer."""


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return serve(event, from_env())


def serve(event: dict[str, Any], jwks: Jwks) -> dict[str, Any]:
    """Answer one request and count it."""
    answer = jwks.well_known.answer(Request.of(event))
    jwks.count(str(answer["statusCode"]))
    return answer


@cache
def from_env() -> Jwks:
    """The wiring of a deployed function."""
    # Answered or failed before API Gateway and the edge give up: a 503 lets the edge use its copy.
    impatient = Config(
        connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
    )
    dynamodb = Clients("dynamodb").client("dynamodb", impatient)
    store = DynamoRingStore(dynamodb, table=required(os.environ, "KEY_RING_TABLE"))
    well_known = WellKnown(
        store,
        lambda: int(time.time()),
        base_url=base_url(os.environ),
        jwk_set_type=jwk_set_type(os.environ),
    )
    return Jwks(well_known=well_known, count=counter(required(os.environ, "POWERTOOLS_SERVICE_NAME")))


def counter(service: str) -> Callable[[str], None]:
    """Counts on standard output, where CloudWatch finds embedded metrics."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Jwx")

    def count(status: str) -> None:
        dimensions = {"service": service, "status": status}
        now = int(time.time() * 1000)
        print(metric_line("Documents", 1, dimensions, namespace=namespace, milliseconds=now))

    return count


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # Clients take as long as many requests: made at the start, they can be ready before the first one comes.
    from_env()
