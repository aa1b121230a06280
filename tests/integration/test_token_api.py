"""POST /token on the deployed stack: IAM says who calls, grants say what for, a retry gets the same token."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.clients import Clients
from local.place import REGION
from local.stack import Stack

pytestmark = pytest.mark.xdist_group("token api")

REQUEST = {"claims": {"sub": "svc-orders", "aud": "api://orders", "scope": "orders:read"}}
GRANTED = "orders-service"  # by the policies that the local environment is deployed with
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


class Caller:
    """A session of a role that signs its requests."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._url = url
        self._credentials = credentials

    def post(self, body: object, *, sent: object = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer; `sent` is what goes over the wire in place of what was signed."""
        signed = AWSRequest(
            "POST", self._url, {"Content-Type": "application/json"}, json.dumps(body).encode()
        )
        SigV4Auth(self._credentials, "execute-api", REGION).add_auth(signed)
        return post(self._url, body if sent is None else sent, dict(signed.headers.items()))


def post(url: str, body: object, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 - loopback
    try:
        with direct.open(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


@pytest.fixture(scope="module")
def as_role(stack: Stack, administrator: Clients) -> Callable[..., Caller]:
    """A session of a role, which is made on first use; `may` is what it may call."""
    made: set[str] = set()

    def caller(role: str, *, session: str = "one", may: str = "*") -> Caller:
        iam = administrator.iam
        if role not in made:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
            allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": may}
            policy = {"Version": "2012-10-17", "Statement": [allow]}
            iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=json.dumps(policy))
            made.add(role)
        arn = iam.get_role(RoleName=role)["Role"]["Arn"]
        given = administrator.sts.assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
        credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return Caller(stack.outputs["TokenUrl"], credentials)

    return caller


@pytest.fixture(scope="module")
def issuer(stack: Stack) -> str:
    """An issuer of these tests' own, whose keys they may revoke."""
    name = f"token-api-{os.getpid()}"
    stack.rotation("create_issuer", issuer=name, policy={"algorithms": ["ES256"]})
    return name


def kid_of(stack: Stack, issuer: str, state: str) -> str:
    answer = stack.rotation("status", issuer=issuer)
    return str(next(key["kid"] for key in answer["keys"] if key["state"] == state))


def test_a_granted_role_gets_a_token_that_opens_the_api(stack: Stack, as_role: Callable[..., Caller]) -> None:
    """From SigV4 to a token that the authorizer lets in."""
    status, answer = as_role(GRANTED).post(REQUEST)
    assert (status, answer["token_type"], answer["scope"]) == (200, "Bearer", "orders:read"), answer
    assert stack.call_api("/whoami", answer["access_token"]).status == 200


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"sub": "svc-billing"}, "unauthorized_client"),
        ({"aud": "api://billing"}, "invalid_target"),
        ({"scope": "billing:read"}, "invalid_scope"),
    ],
)
def test_a_granted_role_gets_no_more(
    as_role: Callable[..., Caller], claims: dict[str, str], error: str
) -> None:
    """Another subject, audience or scope than those of its grant."""
    status, answer = as_role(GRANTED).post({"claims": REQUEST["claims"] | claims})
    assert (status, answer["error"]) == (400, error)


def test_a_role_without_a_grant_gets_nothing(as_role: Callable[..., Caller]) -> None:
    """IAM lets it call the API; the issuer does not know it."""
    status, answer = as_role("billing-service").post(REQUEST)
    assert (status, answer["error"]) == (400, "unauthorized_client")


def test_a_role_that_may_not_call_is_stopped_before_the_function(as_role: Callable[..., Caller]) -> None:
    """By IAM: its policy names another API."""
    elsewhere = "arn:aws:execute-api:*:*:0000000000/*"
    status, answer = as_role("elsewhere-service", may=elsewhere).post(REQUEST)
    assert (status, "error" in answer) == (403, False), answer


def test_an_unsigned_request_is_refused(stack: Stack) -> None:
    """By API Gateway, in its own words."""
    status, answer = post(stack.outputs["TokenUrl"], REQUEST, {"Content-Type": "application/json"})
    assert (status, "error" in answer) == (403, False), answer


def test_a_request_that_was_changed_on_its_way_is_refused(as_role: Callable[..., Caller]) -> None:
    """The signature covers the body."""
    other = {"claims": REQUEST["claims"] | {"scope": "orders:write"}}
    status, answer = as_role(GRANTED).post(REQUEST, sent=other)
    assert (status, "error" in answer) == (403, False), answer


def test_a_retry_gets_the_same_token(as_role: Callable[..., Caller], issuer: str) -> None:
    """The same key gives the same token to the same caller; another caller's key is another key."""
    request = REQUEST | {"issuer": issuer, "idempotency_key": str(uuid4())}
    one, other = as_role(GRANTED), as_role(GRANTED, session="other")
    status, first = one.post(request)
    assert status == 200, first
    assert one.post(request) == (200, first)
    assert other.post(request)[1]["access_token"] != first["access_token"]


def test_a_key_is_for_one_request(as_role: Callable[..., Caller]) -> None:
    """The same key with another request is a mistake of the caller's, and said to be one."""
    caller, key = as_role(GRANTED), str(uuid4())
    assert caller.post(REQUEST | {"idempotency_key": key})[0] == 200
    status, answer = caller.post(REQUEST | {"idempotency_key": key, "expires_in": 60})
    assert (status, answer["error"]) == (400, "invalid_request")
    assert answer["error_description"].startswith("idempotency_key:")


def test_no_token_of_a_revoked_key_is_given_again(
    stack: Stack, as_role: Callable[..., Caller], issuer: str
) -> None:
    """The retry after a revocation gets a new token, by the standby."""
    caller = as_role(GRANTED)
    request = REQUEST | {"issuer": issuer, "idempotency_key": str(uuid4())}
    _, before = caller.post(request)
    stack.rotation("revoke", issuer=issuer, kid=kid_of(stack, issuer, "active"), force=True)
    deadline = time.monotonic() + 30
    after = caller.post(request)[1]
    while after.get("access_token", before["access_token"]) == before["access_token"]:
        assert time.monotonic() < deadline, after
        time.sleep(0.5)
        after = caller.post(request)[1]
    assert after["token_type"] == "Bearer"


def test_kept_tokens_are_forgotten(
    stack: Stack, administrator: Clients, as_role: Callable[..., Caller]
) -> None:
    """After five minutes, as DynamoDB's TTL reads it; beside the token nothing tells what it was for."""
    assert as_role(GRANTED).post(REQUEST | {"idempotency_key": str(uuid4())})[0] == 200
    found = administrator.cloudformation.describe_stack_resource(
        StackName=stack.place.stack_name, LogicalResourceId="ReplayTable"
    )
    table, dynamodb = found["StackResourceDetail"]["PhysicalResourceId"], administrator.dynamodb
    kept = dynamodb.scan(TableName=table)["Items"]
    assert kept
    assert max(int(item["expiration"]["N"]) for item in kept) <= time.time() + 300
    assert "svc-orders" not in json.dumps([{k: v for k, v in item.items() if k != "data"} for item in kept])
