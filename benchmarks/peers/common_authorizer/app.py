"""The authorizer as tutorials write it: PyJWT and its PyJWKClient, Powertools, settings read with boto3."""

import os
from typing import Any

import boto3
import jwt
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import event_source
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerRequestEvent,
    APIGatewayAuthorizerResponse,
)

logger = Logger()
settings = boto3.client("ssm")
keys = jwt.PyJWKClient(os.environ["JWKS_URI"], cache_keys=True)


@event_source(data_class=APIGatewayAuthorizerRequestEvent)
def lambda_handler(event: APIGatewayAuthorizerRequestEvent, context: Any) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in event.headers.items()}
    token = headers["authorization"].removeprefix("Bearer ")
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key, ["ES256", "RS256"], audience=os.environ["AUDIENCE"], issuer=os.environ["ISSUER"]
    )
    arn = event.parsed_arn
    answer = APIGatewayAuthorizerResponse(
        principal_id=claims["sub"],
        region=arn.region,
        aws_account_id=arn.aws_account_id,
        api_id=arn.api_id,
        stage=arn.stage,
        context={"scope": claims["scope"]},
    )
    answer.allow_all_routes()
    logger.info("allowed", sub=claims["sub"])
    return answer.asdict()
