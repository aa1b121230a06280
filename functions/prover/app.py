"""A probe or a certificate request of the rotation -> a signature. The logic is in `jwx.issuing.proving`."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from botocore.config import Config

from jwx.issuing.proving import Proving
from jwx.settings import required
from jwx_aws.clients import Clients
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.kms_signer import KmsSigner


def lambda_handler(event: Any, context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return from_env().answer(event)


@cache
def from_env() -> Proving:
    """The wiring of a deployed function."""
    patient = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})
    clients = Clients("dynamodb", "kms")
    store = DynamoRingStore(clients.client("dynamodb", patient), table=required(os.environ, "KEY_RING_TABLE"))
    return Proving(store=store, signer=KmsSigner(clients.client("kms", patient)))


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # Clients take as long as many requests: made at the start, they can be ready before the first one comes.
    from_env()
