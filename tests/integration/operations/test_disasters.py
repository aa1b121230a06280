"""Faults and deployments that hit a whole stack, on one of their own, in the order of this file."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from local.clients import ROOT_IDENTITY, Clients
from local.console import Reporter
from local.deploy import deploy_again
from local.environment import bring_up, stack_outputs
from local.identities import ANYTHING, create_user
from local.place import free_place
from local.stack import Stack
from local.story import first_keys, ready_standbys
from tests.docs.commands import Page
from tests.integration.operations.operator import Operator

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(300)]

NOT_KMS = ["kms:DescribeKey", "kms:GetPublicKey"]
DENIAL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": NOT_KMS, "Resource": "*"}]}


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    """On duty for a stack that may be broken."""
    with ExitStack() as undo:
        stack = bring_up(free_place(f"test-ops-{os.getpid()}"), Reporter(), owner=os.getpid(), undo=undo)
        first_keys(stack)
        identity = create_user(stack.place, "on-duty", ANYTHING)
        yield Operator(stack, identity, {"ISSUER": "default", "STACK": stack.place.stack_name})


@pytest.fixture(scope="module")
def root(operator: Operator) -> Clients:
    """Whoever breaks things."""
    return Clients(operator.stack.place, ROOT_IDENTITY)


def _physical(root: Clients, stack: Stack, logical: str) -> str:
    found = root.cloudformation.describe_stack_resource(
        StackName=stack.place.stack_name, LogicalResourceId=logical
    )
    return found["StackResourceDetail"]["PhysicalResourceId"]


def _kms_keys(root: Clients) -> set[str]:
    return {key["KeyArn"] for key in root.kms.list_keys()["Keys"]}


def _published(stack: Stack) -> set[str]:
    return {key["kid"] for key in stack.get(stack.jwks_url).json["keys"]}


def _known_to_the_ring(operator: Operator) -> set[str]:
    """The kids of a ring that is whole: a key that signs and a standby for each algorithm."""
    keys = operator.stack.rotation("status")["keys"]
    return {key["kid"] for key in keys if key["state"] in ("pending", "active", "retiring")}


def test_a_stuck_rotation_is_found_and_goes_on_by_itself(operator: Operator, root: Clients) -> None:
    """A role that lost its rights: the run says which step failed; given back, nothing must be undone."""
    page, role = Page("operations/rotation-stuck.md"), _physical(root, operator.stack, "RotationRole")
    ready_standbys(operator.stack)
    on_duty = operator.knows(DEAD_LETTERS=operator.stack.outputs["DeadLetterQueueUrl"])
    root.iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(DENIAL))
    operator.stack.rotation("rotate", algorithm="ES256")
    assert "AccessDenied" in str(on_duty.invoke(page.line("aws lambda invoke"))["warnings"])
    assert "ES256" in on_duty.jwx(page.line("jwx plan"))
    root.iam.delete_role_policy(RoleName=role, PolicyName="broken")
    assert _in_the_end(lambda: "warnings" not in on_duty.invoke(page.line("aws lambda invoke")))
    on_duty.aws(page.line("aws sqs purge-queue"))
    assert "pending" in on_duty.jwx(page.line("jwx status"))


def test_a_jwk_set_endpoint_that_is_down_is_stood_in_for(operator: Operator, root: Clients) -> None:
    """The function cannot read its table; verifiers go on with the static copy, and notice nothing."""
    page, stack = Page("operations/jwk-set-endpoint-down.md"), operator.stack
    on_duty = operator.knows(
        ISSUER_URL=stack.outputs["IssuerUrl"], COPY_BUCKET=stack.outputs["CopyBucketName"]
    )
    function, before = stack.outputs["JwksFunctionName"], _published(stack)
    settings = root.lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    _set(root, function, settings | {"KEY_RING_TABLE": "nothing"})
    assert on_duty.invoke(page.line("aws lambda invoke --function-name $STACK-jwks"))["statusCode"] == 503
    time.sleep(5)  # all that the edge may hold is stale by now
    assert _published(stack) == before
    assert on_duty.aws(page.line("aws s3api head-object"))["ContentType"].endswith("json")
    assert stack.call_api("/orders", operator.token()).status == 200
    _set(root, function, settings)
    assert "warnings" not in on_duty.invoke(page.line("aws lambda invoke --function-name $STACK-rotation"))
    assert on_duty.invoke(page.line("aws lambda invoke --function-name $STACK-jwks"))["statusCode"] == 200
    assert "0 errors" in on_duty.jwx(page.line("jwx lint"))


def _set(root: Clients, function: str, variables: dict[str, str]) -> None:
    root.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def test_a_deployment_replaces_no_table_and_orphans_no_key(operator: Operator, root: Clients) -> None:
    """Settings of every kind change; table, bucket and keys are the same, and a token from before passes."""
    stack, token = operator.stack, operator.token()
    kept = {name: _physical(root, stack, name) for name in ("KeyRingTable", "CopyBucket", "Distribution")}
    keys, kids = _kms_keys(root), _known_to_the_ring(operator)
    deploy_again(
        stack.place,
        operator.identity,
        LogLevel="DEBUG",
        LogRetentionDays="3",
        MaxTokenLifetime="1800",
        JwksMediaType="application/json",
        ReconcileMinutes="5",
        StatusPage="off",
        Idempotency="on",
        Release="2",
    )
    assert {name: _physical(root, stack, name) for name in kept} == kept
    assert stack.rotation("reconcile", issuer="*")["orphans"] == {"adopted": 0, "deleted": 0, "left": 0}
    assert _kms_keys(root) == keys
    assert _known_to_the_ring(operator) == kids
    assert stack.call_api("/orders", token).status == 200
    assert stack.call_api("/orders", operator.token()).status == 200


def test_a_restored_table_is_taken_over(operator: Operator, root: Clients) -> None:
    """A key that was revoked after the backup stays revoked, and the stack signs on with the keys it has."""
    page, stack = Page("operations/table-restored.md"), operator.stack
    ready_standbys(stack)
    doomed, bad = operator.active(), operator.token()
    on_duty = operator.knows(TABLE=stack.outputs["KeyRingTableName"], RESTORED="restored-rings")
    on_duty.aws(page.line("aws dynamodb restore-table-to-point-in-time"))
    on_duty.aws(page.line("aws dynamodb wait"))
    stack.rotation("revoke", kid=doomed, reason="after the backup")
    good, keys = operator.token(), _kms_keys(root)
    _sam_deploy(on_duty, page)
    run = on_duty.invoke(page.line("aws lambda invoke"))
    assert next(key["state"] for key in run["keys"] if key["kid"] == doomed) == "revoked"
    assert doomed not in _published(stack)
    assert _kms_keys(root) >= keys
    on_duty.aws(page.line("aws dynamodb update-continuous-backups"))
    on_duty.aws(page.line("aws dynamodb update-table").replace("--deletion", "--no-deletion"))
    assert "active" in on_duty.jwx(page.line("jwx status"))
    assert "Accepted" in on_duty.knows(TOKEN=good).jwx(page.line("jwx inspect"))
    assert "unknown_key" in on_duty.knows(TOKEN=bad).jwx(page.line("jwx inspect"), code=1)


def _sam_deploy(operator: Operator, page: Page) -> dict[str, str]:
    """The page's `sam deploy`, with the parameters that the local environment always deploys with."""
    words = operator.filled(page.line("sam deploy")).split()
    given = dict(word.split("=", 1) for word in words[words.index("--parameter-overrides") + 1 :])
    deploy_again(operator.stack.place, operator.identity, **given)
    return stack_outputs(operator.stack.place, operator.identity)


def test_a_deleted_stack_comes_back_with_its_keys(operator: Operator, root: Clients) -> None:
    """Table and KMS keys outlive the stack; a token from before the accident passes after it."""
    page, stack = Page("operations/stack-deleted.md"), operator.stack
    token, keys, kids = operator.token(), _kms_keys(root), _known_to_the_ring(operator)
    table = stack_outputs(stack.place, operator.identity)["KeyRingTableName"]
    root.cloudformation.delete_stack(StackName=stack.place.stack_name)
    root.cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=stack.place.stack_name, WaiterConfig={"Delay": 1}
    )
    assert _kms_keys(root) == keys
    on_duty = operator.knows(TABLE=table)
    assert table in on_duty.aws(page.line("aws dynamodb list-tables"))["TableNames"]
    outputs = _sam_deploy(on_duty, page)
    back = Operator(
        Stack(place=stack.place, outputs=outputs, caller=stack.caller, clients=root),
        operator.identity,
        on_duty.words | {"TOKEN": token},
    )
    assert "warnings" not in _once_the_edge_follows(back, page)
    assert _kms_keys(root) == keys
    assert _known_to_the_ring(back) == kids
    assert "Accepted" in back.jwx(page.line("jwx inspect"))
    assert "active" in back.jwx(page.line("jwx status"))
    assert back.stack.call_api("/orders", back.token()).status == 200


def _once_the_edge_follows(operator: Operator, page: Page) -> dict[str, Any]:
    """It takes the local edge a moment to notice the new distribution."""
    for _ in range(20):
        answer = operator.invoke(page.line("aws lambda invoke"))
        if operator.stack.get(operator.stack.jwks_url).status == 200:
            return answer
        time.sleep(0.5)
    raise AssertionError(answer)


def _in_the_end(holds: Callable[[], bool]) -> bool:
    """A new key is not at the public URL at once, which a run tells as a warning."""
    until = time.monotonic() + 30
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(1)
    return held
