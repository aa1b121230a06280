"""Least privilege: what each role may do, and above all what it may not."""

from collections.abc import Iterator
from typing import Any

import pytest

from jwx.verbs.rotation_event import SUMMONS
from tests.unit.template.cloudformation import Stack

Template = dict[str, Any]
Statement = dict[str, Any]
ROLES = [
    "SignerRole",
    "ProverRole",
    "JwksRole",
    "RotationRole",
    "AuthorizerRole",
    "WhoamiRole",
    "ScheduleRole",
]
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
# These actions know no resources; the template says so beside each.
WITHOUT_RESOURCE = {"kms:CreateKey", "tag:GetResources", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def actions(statement: Statement) -> list[str]:
    given = statement["Action"]
    return [given] if isinstance(given, str) else list(given)


def statements(template: Template, role: str, **parameters: str) -> Iterator[Statement]:
    for policy in Stack(template, **parameters).resource(role)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def allowed(template: Template, role: str) -> set[str]:
    return {action for statement in statements(template, role) for action in actions(statement)}


def test_each_function_has_a_role_of_its_own(template: Template) -> None:
    """No two functions share a role, and SAM makes up none."""
    resources = template["Resources"]
    functions = [name for name, body in resources.items() if body["Type"] == "AWS::Serverless::Function"]
    roles = [Stack(template).resource(name)["Role"] for name in functions]
    assert sorted(roles) == sorted(f"<{name.removesuffix('Function')}Role.Arn>" for name in functions)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("JwksRole", {"dynamodb:GetItem"}),
        ("AuthorizerRole", set()),
        ("WhoamiRole", set()),
        ("SignerRole", {"kms:Sign", "kms:GetPublicKey", "dynamodb:GetItem", "lambda:InvokeFunction"}),
        ("ProverRole", {"kms:Sign", "kms:GetPublicKey", "dynamodb:GetItem"}),
    ],
)
def test_roles_hold_exactly(template: Template, role: str, expected: set[str]) -> None:
    """Beside its own log, a role has just what its function calls."""
    assert allowed(template, role) == expected | LOGS


def test_only_the_signer_uses_private_keys(template: Template) -> None:
    """Only signer and prover sign; nobody changes a key's policy, grants it, revives it or spares it."""
    kms = {role: {a for a in allowed(template, role) if a.startswith("kms:")} for role in ROLES}
    assert [role for role in ROLES if "kms:Sign" in kms[role]] == ["SignerRole", "ProverRole"]
    assert kms["RotationRole"] == {
        "kms:CreateKey",
        "kms:TagResource",
        "kms:DescribeKey",
        "kms:GetPublicKey",
        "kms:ListResourceTags",
        "kms:DisableKey",
        "kms:ScheduleKeyDeletion",
    }


def test_the_rotation_cannot_mint(template: Template) -> None:
    """It may invoke the prover, which signs no token, and no other function."""
    invoked = [
        s["Resource"] for s in statements(template, "RotationRole") if "lambda:InvokeFunction" in actions(s)
    ]
    assert [str(resource).rpartition("-")[2].strip("'}") for resource in invoked] == ["prover"]


def test_the_signer_cannot_rotate(template: Template) -> None:
    """It may invoke the rotation by the alias that only reconciles, and its code asks for that one."""
    stack = Stack(template)
    (invoked,) = (
        s["Resource"] for s in statements(template, "SignerRole") if "lambda:InvokeFunction" in actions(s)
    )
    alias = stack.resource("ReconcileAlias")
    assert (alias["Name"], alias["FunctionName"]) == (SUMMONS, "<RotationFunction>")
    name = f"{stack.resource('RotationFunction')['FunctionName']}:{SUMMONS}"
    assert invoked.endswith(f":function:{name}")
    assert stack.resource("SignerFunction")["Environment"]["Variables"]["ROTATION_FUNCTION"] == name


@pytest.mark.parametrize("role", ROLES)
def test_keys_of_others_are_out_of_reach(template: Template, role: str) -> None:
    """Every KMS permission needs this stack's tag: on the key, or on what is being made."""
    for statement in statements(template, role):
        if any(action.startswith("kms:") for action in actions(statement)):
            condition = statement["Condition"]["StringEquals"]
            tags = {key for key in condition if key.endswith("Tag/jwx:stack")}
            assert tags, statement["Sid"]
            assert all(condition[key] == "shop" for key in tags)


def test_tags_that_carry_permissions_cannot_be_changed(template: Template) -> None:
    """On a key of this stack only its state and its promises can be tagged; the state only with a state."""
    (states,) = (s for s in statements(template, "RotationRole") if s["Sid"] == "TagStatesOfOurKeys")
    assert states["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["jwx:state"]}
    assert states["Condition"]["StringEquals"]["aws:RequestTag/jwx:state"] == [
        "published",
        "retired",
        "revoked",
    ]
    (promises,) = (s for s in statements(template, "RotationRole") if s["Sid"] == "TagPromisesOfOurKeys")
    assert promises["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["jwx:promises"]}


def test_no_key_of_another_stack_can_be_tagged_as_ours(template: Template) -> None:
    """Each right to tag asks that the key is ours, or that it has no stack yet: it is just being made."""
    tagging = [s for s in statements(template, "RotationRole") if "kms:TagResource" in actions(s)]
    assert len(tagging) == 3
    for statement in tagging:
        condition = statement["Condition"]
        asked = condition["StringEquals"] | condition.get("StringEqualsIfExists", {})
        assert asked["aws:ResourceTag/jwx:stack"] == "shop", statement["Sid"]


def test_message_types_fit_their_algorithms(template: Template) -> None:
    """A digest for RSA and ECDSA, the message for Ed25519, mu for ML-DSA; absent keys do not refuse."""
    signing = [s["Condition"] for s in statements(template, "SignerRole") if s["Action"] == "kms:Sign"]
    by_type = {c["StringEqualsIfExists"]["kms:MessageType"]: c["StringEqualsIfExists"] for c in signing}
    assert len(by_type["DIGEST"]["kms:SigningAlgorithm"]) == 9
    assert by_type["RAW"]["kms:SigningAlgorithm"] == "ED25519_SHA_512"
    assert by_type["EXTERNAL_MU"]["kms:SigningAlgorithm"] == "ML_DSA_SHAKE_256"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("tracing", ["Active", "PassThrough"])
def test_no_wildcards(template: Template, role: str, tracing: str) -> None:
    """No role has a wildcard action, nor a wildcard resource where the action knows resources."""
    for statement in statements(template, role, Tracing=tracing):
        assert not any("*" in action for action in actions(statement)), statement
        if statement["Resource"] == "*":
            assert WITHOUT_RESOURCE.issuperset(actions(statement)), statement


@pytest.mark.parametrize("role", ROLES[:-1])
def test_logs_are_its_own(template: Template, role: str) -> None:
    """A function writes to its own log group only, and cannot make one without retention."""
    (logging,) = (s for s in statements(template, role) if LOGS & set(actions(s)))
    assert logging["Resource"] == f"<{role.removesuffix('Role')}Logs.Arn>:*"


@pytest.mark.parametrize("role", ROLES)
def test_one_service_may_assume_a_role(template: Template, role: str) -> None:
    """Lambda, or for the schedule this account's own schedule group."""
    (trust,) = Stack(template).resource(role)["AssumeRolePolicyDocument"]["Statement"]
    service = "scheduler" if role == "ScheduleRole" else "lambda"
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
    if role == "ScheduleRole":
        assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": "<ScheduleGroup.Arn>"}


def test_no_managed_policies(template: Template) -> None:
    """AWS's managed policies change without us, and are wider than needed."""
    for role in ROLES:
        assert "ManagedPolicyArns" not in template["Resources"][role]["Properties"]


def test_lambda_permissions_name_their_source(template: Template) -> None:
    """No service may call a function on behalf of just anybody."""
    for name, body in template["Resources"].items():
        if body["Type"] == "AWS::Lambda::Permission":
            assert Stack(template, AuthorizerCallerArn="arn").resource(name)["SourceArn"], name


@pytest.mark.parametrize(
    ("parameters", "open_to"),
    [
        ({}, set()),
        ({"AuthorizerCallers": "account"}, {"IsOpenToAccount"}),
        ({"AuthorizerCallerArn": "arn:aws:execute-api:x:111122223333:a/*"}, {"HasCallerArn"}),
    ],
)
def test_authorizer_is_closed_until_opened(
    template: Template, parameters: dict[str, str], open_to: set[str]
) -> None:
    """Other APIs may call the authorizer only where a parameter says so."""
    stack = Stack(template, **parameters)
    assert {name for name in ("IsOpenToAccount", "HasCallerArn") if stack.holds(name)} == open_to
