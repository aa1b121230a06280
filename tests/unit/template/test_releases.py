"""New releases: what SAM makes of the template when traffic shall move bit by bit, and what never moves."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.unit.template.cloudformation import ROOT, Stack

pytestmark = pytest.mark.slow  # each case is a transform of its own, in a process of its own

Template = dict[str, Any]
GRADUAL = {"SignerFunction", "JwksFunction", "AuthorizerFunction"}
# What CloudFormation cannot change without making the table anew.
OF_THE_TABLE = {
    "AttributeDefinitions",
    "KeySchema",
    "TableName",
    "LocalSecondaryIndexes",
    "ImportSourceSpecification",
}


@cache
def made(*parameters: str) -> Template:
    """The CloudFormation that AWS would make of the template with these parameters."""
    done = subprocess.run(  # noqa: S603 - our own program
        [ROOT / ".tools/emulator/bin/python", ROOT / "local/sam_transform.py", *parameters],
        input=(ROOT / "template.yaml").read_text(),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"},
    )
    template: Template = json.loads(done.stdout)
    return template


def gradually(release: str) -> Template:
    return made("GradualDeployment=Canary10Percent5Minutes", f"Release={release}")


def _of_type(template: Template, kind: str) -> dict[str, Any]:
    return {name: body for name, body in template["Resources"].items() if body["Type"] == kind}


def test_alarms_brake_each_gradual_deployment() -> None:
    """CodeDeploy watches alarms of the very function, and goes back when one rings."""
    groups = _of_type(gradually("r1"), "AWS::CodeDeploy::DeploymentGroup")
    assert groups.keys() == {f"{name}DeploymentGroup" for name in GRADUAL}
    for group in groups.values():
        watched = group["Properties"]["AlarmConfiguration"]
        assert watched["Enabled"] is True
        assert watched["Alarms"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


def test_traffic_moves_by_the_alias() -> None:
    """The alias is CodeDeploy's to move; the rotation's stays, since it has no traffic to divide."""
    aliases = _of_type(gradually("r1"), "AWS::Lambda::Alias")
    assert aliases.pop("ReconcileAlias")["Properties"]["FunctionVersion"] == "$LATEST"
    assert {name.removesuffix("Aliaslive") for name in aliases} == GRADUAL
    assert all("CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"] for alias in aliases.values())


def test_each_release_is_a_version_of_its_own() -> None:
    """Also when nothing but a parameter changed: a version keeps the settings that it was made with."""
    first, second = (_of_type(gradually(release), "AWS::Lambda::Version").keys() for release in ("r1", "r2"))
    assert len(first) == len(second) == len(GRADUAL)
    assert not first & second


def test_versions_outlive_the_next_deployment() -> None:
    """Going back needs something to go back to."""
    versions = _of_type(gradually("r1"), "AWS::Lambda::Version").values()
    assert {version["DeletionPolicy"] for version in versions} == {"Retain"}


def test_without_it_there_is_no_codedeploy() -> None:
    """Nor anything of it in the embedded AWS, which does not know it."""
    assert not [name for name, body in made()["Resources"].items() if "CodeDeploy" in body["Type"]]


def test_a_release_must_be_named(template: Template) -> None:
    """Without a new one the alias would go on pointing at the old version."""
    (assertion,) = template["Rules"]["GradualNeedsRelease"]["Assertions"]
    for release, allowed in (("none", False), ("v1", True)):
        stack = Stack(template, GradualDeployment="Canary10Percent5Minutes", Release=release)
        assert stack.value(assertion["Assert"]) is allowed


@pytest.mark.parametrize(("gradual", "qualifier"), [("off", ""), ("Linear10PercentEvery1Minute", ":live")])
def test_every_caller_asks_the_alias_where_there_is_one(
    template: Template, gradual: str, qualifier: str
) -> None:
    """Edge and people; one that went past the alias would get code that no alarm has judged."""
    stack = Stack(template, GradualDeployment=gradual, Release="v1")
    paths = stack.resource("PublishingApi")["DefinitionBody"]["paths"]
    uris = [
        method["x-amazon-apigateway-integration"]["uri"]
        for path in paths.values()
        for method in path.values()
    ]
    assert uris
    assert all(uri.endswith(f":shop-jwks{qualifier}/invocations") for uri in uris)
    assert stack.environment("RotationFunction")["PROVER_FUNCTION"] == "shop-prover"
    assert stack.output("SignerFunctionName") == f"<SignerFunction>{qualifier}"
    alias = "<{}.Alias>" if qualifier else "<{}>"
    assert stack.resource("JwksPermission")["FunctionName"] == alias.format("JwksFunction")
    assert stack.resource("ExampleAuthorizerPermission")["FunctionName"] == alias.format("AuthorizerFunction")


def test_no_parameter_can_replace_the_table(template: Template) -> None:
    """What would make the table anew is written out, and nothing in it depends on anything."""
    table = template["Resources"]["KeyRingTable"]["Properties"]
    assert {name: table[name] for name in OF_THE_TABLE & table.keys()} == {
        "AttributeDefinitions": [{"AttributeName": "issuer", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "issuer", "KeyType": "HASH"}],
    }
    assert "Condition" not in template["Resources"]["KeyRingTable"]


def test_no_parameter_can_replace_the_bucket_or_the_distribution(template: Template) -> None:
    """A bucket is made anew for another name only, and so it has none; a distribution never is."""
    assert "BucketName" not in template["Resources"]["CopyBucket"]["Properties"]
    for name in ("CopyBucket", "Distribution"):
        assert "Condition" not in template["Resources"][name]


def test_no_key_is_a_resource(template: Template) -> None:
    """KMS keys belong to the key rings: no deployment makes, replaces or deletes one."""
    assert not [name for name, body in template["Resources"].items() if body["Type"].startswith("AWS::KMS")]
