"""Claims -> token: a direct invoke with one request or a batch of them, or `POST /token`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.config import Config

from jwx.issuing.batch import SIDE_BY_SIDE
from jwx.issuing.issuer import TokenIssuer
from jwx.issuing.replay import OncePerKey, Replays
from jwx.issuing.ring_cache import RingCache
from jwx.issuing.signing import Signing
from jwx.issuing.token_policy import TokenPolicies
from jwx.settings import base_url, required
from jwx_aws.clients import Clients
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.kms_signer import KmsSigner
from jwx_aws.kms_throttles import KmsThrottles
from jwx_aws.pyjwt_encoder import PyJwtEncoder
from jwx_aws.rotation_summons import RotationSummons
from jwx_aws.signing_audit import SigningAudit


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """What one call needs."""

    signing: Signing
    audit: SigningAudit
    throttles: KmsThrottles


def lambda_handler(event: Any, context: Context) -> dict[str, Any]:
    """Lambda's entry."""
    return serve(event, context, from_env())


def serve(event: Any, context: Context, signer: Signer) -> dict[str, Any]:
    """Answer one call; its counters are written whether it succeeds or not."""
    try:
        return signer.signing.answer(
            event, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000
        )
    finally:
        signer.audit.flush()
        signer.throttles.flush()


@cache
def from_env() -> Signer:
    """The wiring of a deployed function."""
    # `jwx.issuing.batch.Patience` asks KMS again, and knows how much time is left; the SDK adds one attempt.
    patient = Config(
        connect_timeout=1,
        read_timeout=3,
        max_pool_connections=SIDE_BY_SIDE,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    once = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    logger, clients = Logger(), Clients("dynamodb", "kms", "lambda")
    dynamodb = clients.client("dynamodb", patient)
    store = DynamoRingStore(dynamodb, table=required(os.environ, "KEY_RING_TABLE"))
    kms_client = clients.client("kms", patient)
    kms = KmsSigner(kms_client)
    summons = RotationSummons(
        lambda: clients.client("lambda", once),
        function_name=required(os.environ, "ROTATION_FUNCTION"),
        clock=_now,
        logger=logger,
    )
    policies = TokenPolicies.parse(os.environ.get("TOKEN_POLICIES", "") or "{}")
    issuer = TokenIssuer(
        base_url=base_url(os.environ),
        rings=RingCache(store, _now),
        signer=kms,
        encode=PyJwtEncoder(),
        summons=summons,
        policies=policies,
    )
    audit = SigningAudit(logger)
    per_key = OncePerKey(_replays(dynamodb, os.environ.get("IDEMPOTENCY_TABLE", "")), store=store, clock=_now)
    signing = Signing(issuer=issuer, policies=policies, once=per_key, audit=audit)
    return Signer(signing=signing, audit=audit, throttles=KmsThrottles(kms_client))


def _replays(dynamodb: Any, table: str) -> Replays | None:
    """Imported only where it is turned on: it would lengthen every cold start."""
    if not table:
        return None
    from jwx_aws.replays import DynamoReplays

    return DynamoReplays(dynamodb, table=table)


def _now() -> int:
    return int(time.time())


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # Clients take as long as many requests: made at the start, they can be ready before the first one comes.
    from_env()
