"""What other stacks, tools and people rely on by name."""

from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.unit.template.cloudformation import Stack, references

Template = dict[str, Any]
FUNCTIONS = {
    "SignerFunction": "signer",
    "JwksFunction": "jwks",
    "RotationFunction": "rotation",
    "AuthorizerFunction": "authorizer",
}
OUTPUTS = {
    "IssuerUrl",
    "JwksUri",
    "ApiUrl",
    "DistributionDomainName",
    "KeyRingTableName",
    "SignerFunctionName",
    "JwksFunctionName",
    "RotationFunctionName",
    "AuthorizerFunctionName",
    "AuthorizerFunctionArn",
}


def test_outputs_of_the_contract_exist(template: Template) -> None:
    """Every output of the contract is there, and the authorizer's ARN can be imported by other stacks."""
    assert template["Outputs"].keys() >= OUTPUTS
    assert Stack(template).value(template["Outputs"]["AuthorizerFunctionArn"]["Export"]["Name"]) == (
        "shop-AuthorizerFunctionArn"
    )


@pytest.mark.parametrize(("logical_id", "name"), FUNCTIONS.items())
def test_functions_are_where_their_names_say(template: Template, logical_id: str, name: str) -> None:
    """A function's logical id, folder, handler and fixed name go together."""
    function = Stack(template).resource(logical_id)
    handler = function.get("Handler", template["Globals"]["Function"]["Handler"])
    assert (function["FunctionName"], function["CodeUri"], handler) == (
        f"shop-{name}",
        f"functions/{name}",
        "app.lambda_handler",
    )


def test_authorizer_has_the_core_layer_only(template: Template) -> None:
    """No AWS SDK, Powertools or PyJWT is within the authorizer's reach; the layer fits the processor."""
    layers = {
        architecture: Stack(template, Architecture=architecture).resource("AuthorizerFunction")["Layers"]
        for architecture in ("arm64", "x86_64")
    }
    assert layers == {"arm64": ["<CoreLayerArm64>"], "x86_64": ["<CoreLayerX86>"]}


@pytest.mark.parametrize("logical_id", ["SignerFunction", "JwksFunction", "RotationFunction"])
def test_other_functions_have_both_layers(template: Template, logical_id: str) -> None:
    """The adapters are beside the core."""
    assert Stack(template).resource(logical_id)["Layers"] == ["<CoreLayerArm64>", "<AwsLayer>"]


def _as_sam_makes_it(body: dict[str, Any]) -> dict[str, Any]:
    """SAM moves a function's deployment, with the alarms that watch it, into resources of their own."""
    kept = {name: value for name, value in body["Properties"].items() if name != "DeploymentPreference"}
    return body | {"Properties": kept}


def test_no_circle(template: Template) -> None:
    """Resources do not need each other in a circle: function, issuer URL, distribution, API, function."""
    resources = {name: _as_sam_makes_it(body) for name, body in template["Resources"].items()}
    graph = {name: resources.keys() & set(references(body)) for name, body in resources.items()}
    assert set(TopologicalSorter(graph).static_order()) == resources.keys()
    assert "Distribution" in graph["JwksFunction"]  # where the circle would close


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ({}, "https://<Distribution.DomainName>"),
        ({"IssuerDomainName": "issuer.example.com"}, "https://issuer.example.com"),
        ({"LocalIssuerUrl": "http://localhost:8080"}, "http://localhost:8080"),
    ],
)
def test_one_issuer_url(template: Template, parameters: dict[str, str], url: str) -> None:
    """Outputs, functions and the authorizer's trust name the same issuer URL, without a trailing slash."""
    stack = Stack(template, **parameters)
    assert stack.output("IssuerUrl") == url
    assert stack.output("JwksUri") == f"{url}/.well-known/jwks.json"
    for name in ("SignerFunction", "JwksFunction", "RotationFunction"):
        assert stack.environment(name)["ISSUER_URL"] == url
    assert f'"issuer":"{url}"' in stack.environment("AuthorizerFunction")["TRUSTED_ISSUERS"]


def test_api_url_has_its_stage(template: Template) -> None:
    """The output is what a client puts a path behind, in AWS and in the embedded AWS."""
    local = Stack(template, LocalEndpointUrl="http://127.0.0.1:4566")
    stage = template["Resources"]["ExampleRestApi"]["Properties"]["StageName"]
    assert Stack(template).output("ApiUrl") == (
        f"https://<ExampleRestApi>.execute-api.eu-central-1.amazonaws.com/{stage}"
    )
    assert local.output("ApiUrl") == f"http://127.0.0.1:4566/_aws/execute-api/<ExampleRestApi>/{stage}"


def test_token_url_is_where_the_api_is(template: Template) -> None:
    """In AWS and in the embedded AWS."""
    local = Stack(template, LocalEndpointUrl="http://127.0.0.1:4566")
    stage = template["Resources"]["TokenRestApi"]["Properties"]["StageName"]
    assert Stack(template).output("TokenUrl") == (
        f"https://<TokenRestApi>.execute-api.eu-central-1.amazonaws.com/{stage}/token"
    )
    assert local.output("TokenUrl") == f"http://127.0.0.1:4566/_aws/execute-api/<TokenRestApi>/{stage}/token"


def test_restored_table_takes_over_everywhere(template: Template) -> None:
    """One parameter moves functions, permissions and the output to a restored table."""
    stack = Stack(template, RestoredKeyRingTable="back")
    assert stack.output("KeyRingTableName") == "back"
    for name in ("Signer", "Jwks", "Rotation"):
        assert stack.environment(f"{name}Function")["KEY_RING_TABLE"] == "back"
        assert ":table/back'" in str(stack.resource(f"{name}Role")["Policies"])


# CloudFormation knows no tags for these, or SAM takes them from its Globals (the functions).
UNTAGGED = {
    "AWS::ApiGateway::GatewayResponse",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Dashboard",
    "AWS::Events::Rule",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Logs::QueryDefinition",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Serverless::Function",
    "AWS::Serverless::LayerVersion",
}


def test_everything_is_tagged(template: Template) -> None:
    """Each resource that can carry tags names its stack, by a tag that no permission depends on."""
    stack = Stack(template)
    assert stack.value(template["Globals"]["Function"]["Tags"]) == {"Application": "shop"}
    for name, body in template["Resources"].items():
        if body["Type"] not in UNTAGGED:
            tags = stack.resource(name)["Tags"]
            assert tags in ({"Application": "shop"}, [{"Key": "Application", "Value": "shop"}]), name
