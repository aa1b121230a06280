"""What a signer that is taken over can do to the keys, IAM enforced: have an issuer looked after, no more."""

import json
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from jwx.jose.jwa import algorithm
from jwx.jose.jwk import public_jwk
from local.clients import CONFIG, Clients
from local.place import REGION
from local.stack import InvokeError, Stack
from local.story import CLAIMS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PATIENCE = 30
"""Seconds for an asynchronous invoke on a busy machine; the schedule comes each minute at the soonest."""


@pytest.fixture(scope="module")
def issuer(stack: Stack) -> Iterator[str]:
    """One of these tests' own, with a standby."""
    name = f"reach-{os.getpid()}"
    stack.rotation("create_issuer", issuer=name, policy={"algorithms": ["ES256"]})
    yield name
    stack.rotation("delete_issuer", issuer=name)


@pytest.fixture(scope="module")
def rotation(stack: Stack) -> str:
    return stack.outputs["RotationFunctionName"]


@pytest.fixture(scope="module")
def signer(stack: Stack, administrator: Clients) -> "LambdaClient":
    """Whoever has the signer's role."""
    name = stack.outputs["SignerFunctionName"]
    role = administrator.lambda_.get_function_configuration(FunctionName=name)["Role"]
    given = administrator.sts.assume_role(RoleArn=role, RoleSessionName="taken-over")["Credentials"]
    return boto3.client(
        "lambda",
        endpoint_url=stack.place.aws_url,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=CONFIG,
    )


def states(stack: Stack, issuer: str) -> dict[str, str]:
    return {key["kid"]: key["state"] for key in stack.rotation("status", issuer=issuer)["keys"]}


def active_kid(stack: Stack, issuer: str) -> str:
    return next(kid for kid, state in states(stack, issuer).items() if state == "active")


@pytest.mark.parametrize("action", ["rotate", "revoke", "delete_issuer", "reconcile"])
def test_it_cannot_ask_the_rotation_for_a_verb(
    stack: Stack, signer: "LambdaClient", rotation: str, issuer: str, action: str
) -> None:
    """Not even for a run: IAM refuses the call before the function hears of it."""
    request: dict[str, Any] = {"action": action, "issuer": issuer, "kid": active_kid(stack, issuer)}
    with pytest.raises(ClientError, match="AccessDenied"):
        signer.invoke(FunctionName=rotation, Payload=json.dumps(request))


@pytest.mark.parametrize("action", ["rotate", "revoke", "delete_issuer"])
def test_by_its_alias_every_verb_is_a_run(
    stack: Stack, signer: "LambdaClient", rotation: str, issuer: str, action: str
) -> None:
    """The function answers and does what was due anyway, which is nothing."""
    before = states(stack, issuer)
    request = {"action": action, "issuer": issuer, "kid": active_kid(stack, issuer), "force": True}
    answer = signer.invoke(FunctionName=f"{rotation}:reconcile", Payload=json.dumps(request))
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    assert {key["kid"]: key["state"] for key in said["keys"]} == before == states(stack, issuer)


def test_a_key_disabled_behind_our_back_is_replaced_at_the_signers_word(
    stack: Stack, administrator: Clients, issuer: str
) -> None:
    """The standby signs seconds later, and nobody but the signer asked for it."""
    kid = active_kid(stack, issuer)
    administrator.kms.disable_key(KeyId=_arn_of(administrator, kid))
    with pytest.raises(InvokeError, match="KMS"):
        stack.sign(CLAIMS, issuer=issuer)
    until = time.monotonic() + PATIENCE
    while active_kid(stack, issuer) == kid and time.monotonic() < until:
        time.sleep(0.5)
    assert active_kid(stack, issuer) != kid


def _arn_of(administrator: Clients, kid: str) -> str:
    """The KMS key of a kid, found by its public half."""
    for entry in administrator.kms.list_keys()["Keys"]:
        metadata = administrator.kms.describe_key(KeyId=entry["KeyArn"])["KeyMetadata"]
        if metadata["KeySpec"] == "ECC_NIST_P256" and metadata["KeyState"] == "Enabled":
            der = administrator.kms.get_public_key(KeyId=entry["KeyArn"])["PublicKey"]
            if public_jwk(der, algorithm=algorithm("ES256"))["kid"] == kid:
                return entry["KeyArn"]
    raise AssertionError(kid)
