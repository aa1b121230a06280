"""The JWK Set endpoint as tutorials write it: Powertools' resolver, a boto3 table."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

logger, metrics, api = Logger(), Metrics(), APIGatewayRestResolver()
table = boto3.resource("dynamodb").Table(os.environ["KEY_RING_TABLE"])


@api.get("/.well-known/jwks.json")
def jwks() -> Response[str]:
    item = table.get_item(Key={"issuer": "default"}, ConsistentRead=True)["Item"]
    ring = json.loads(str(item["document"]))
    keys = [key["jwk"] for key in ring["keys"]]
    return Response(200, "application/json", json.dumps({"keys": keys}))


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    metrics.add_metric(name="Documents", unit="Count", value=1)
    return api.resolve(event, context)
