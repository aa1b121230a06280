"""Schedule, revocation event or verb -> plan -> apply: keeps the signing keys of all issuers."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.config import Config

from jwx.errors import ConfigurationError
from jwx.publishing.public_url import PublicUrl
from jwx.ring.policy import RotationPolicy
from jwx.settings import base_url, jwk_set_type, required
from jwx.verbs.rotating import Rotating
from jwx.verbs.rotation_event import heard
from jwx_aws.clients import Clients
from jwx_aws.cloudfront import Edge
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.events import AwsJournal
from jwx_aws.kms import KmsKeys
from jwx_aws.kms_throttles import KmsThrottles
from jwx_aws.prober import LambdaProber
from jwx_aws.publication import AwsPublication
from jwx_aws.run_record import DynamoRunRecord
from jwx_aws.s3 import StaticCopy

PATIENT = Config(connect_timeout=2, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 3})
"""A call that hangs fails within `RESERVE`, with all its tries and the SDK's pauses of 1 and 2 seconds."""

ONCE = Config(connect_timeout=2, read_timeout=15, retries={"total_max_attempts": 1})
"""The prober asks again by itself; a second invoke beside a slow first one helps nobody."""

RESERVE = 30
"""Seconds before Lambda's time-out at which no new step is begun: no call to AWS takes longer."""

SERVICES = ("cloudfront", "dynamodb", "events", "kms", "lambda", "resourcegroupstaggingapi", "s3")


class Context(Protocol):
    """What is used of Lambda's context."""

    @property
    def aws_request_id(self) -> str:
        """By which CloudTrail tells who invoked the function."""

    @property
    def invoked_function_arn(self) -> str:
        """Ends with the alias by which the function was invoked, if it was by one."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What one call needs."""

    rotating: Rotating
    throttles: KmsThrottles


def lambda_handler(event: Any, context: Context) -> dict[str, Any]:
    """Lambda's entry."""
    return serve(event, context, from_env())


def serve(event: Any, context: Context, rotation: Rotation) -> dict[str, Any]:
    """Answer one call; a run ends by itself before Lambda would end it, and counts what KMS throttled."""
    qualifier = context.invoked_function_arn.rpartition(":")[2]
    try:
        return rotation.rotating.answer(
            heard(event, qualifier=qualifier),
            remaining=lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE,
            request_id=context.aws_request_id,
        )
    finally:
        rotation.throttles.flush()


@cache
def from_env() -> Rotation:
    """The wiring of a deployed function."""
    return wired(os.environ, Clients(*SERVICES))


def wired(environment: Mapping[str, str], clients: Clients) -> Rotation:
    """The function for these settings."""
    table = required(environment, "KEY_RING_TABLE")
    dynamodb, kms = clients.client("dynamodb", PATIENT), clients.client("kms", PATIENT)
    rotating = Rotating(
        store=DynamoRingStore(dynamodb, table=table),
        keys=KmsKeys(
            kms,
            clients.client("resourcegroupstaggingapi", PATIENT),
            stack=required(environment, "STACK_NAME"),
        ),
        prober=LambdaProber(
            clients.client("lambda", ONCE), function_name=required(environment, "PROVER_FUNCTION")
        ),
        publication=_publication(environment, clients),
        journal=AwsJournal(
            clients.client("events", PATIENT), bus=required(environment, "EVENT_BUS"), logger=Logger()
        ),
        record=DynamoRunRecord(dynamodb, table=table),
        default_policy=_default_policy(environment),
        clock=lambda: int(time.time()),
        sleep=time.sleep,
        new_operation=lambda: secrets.token_hex(16),
    )
    return Rotation(rotating=rotating, throttles=KmsThrottles(kms))


def _publication(environment: Mapping[str, str], clients: Clients) -> AwsPublication:
    url = base_url(environment)
    return AwsPublication(
        static_copy=StaticCopy(
            clients.client("s3", PATIENT),
            bucket=required(environment, "COPY_BUCKET"),
            base_url=url,
            jwk_set_type=jwk_set_type(environment),
        ),
        edge=Edge(
            clients.client("cloudfront", PATIENT), distribution=required(environment, "DISTRIBUTION_ID")
        ),
        public_url=PublicUrl(url),
    )


def _default_policy(environment: Mapping[str, str]) -> RotationPolicy:
    """`DEFAULT_POLICY`: a policy that contradicts itself stops the function, with both numbers."""
    given = required(environment, "DEFAULT_POLICY")
    try:
        return RotationPolicy.parse(json.loads(given))
    except ValueError as error:
        raise ConfigurationError(f"DEFAULT_POLICY: is not JSON ({error})") from error


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # Clients take as long as many requests: made at the start, they can be ready before the first one comes.
    from_env()
