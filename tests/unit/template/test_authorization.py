"""The authorizer as deployed, and the example API in front of which it stands."""

import json
from typing import Any

import pytest

from jwx.authorization.settings import authorizer_from
from jwx.verification.deadline import TIMEOUT
from jwx.verification.trusted_issuers import parse_trusted_issuers
from tests.unit.template.cloudformation import Stack

Template = dict[str, Any]
RESPONSES = {"UNAUTHORIZED": "401", "ACCESS_DENIED": "403", "AUTHORIZER_FAILURE": "500"}
EDGE_SECONDS = 15
"""What an invalidation of CloudFront is given; AWS names no bound and shows seconds."""


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {
            "ExampleApi": "off",
            "WebSocketToken": "protocol",
            "HttpApiResponse": "policy",
            "ContextClaims": '["a"]',
        },
        {
            "TrustedIssuers": '[{"issuer":"https://a.example","audiences":["x"]}]',
            "RouteScopes": '{"GET /a":["b"]}',
        },
    ],
)
def test_environment_is_accepted(template: Template, parameters: dict[str, str]) -> None:
    """The authorizer starts with what the template gives it; it would stop at its init otherwise."""
    stack = Stack(template, IssuerDomainName="issuer.example.com", **parameters)
    assert authorizer_from(stack.environment("AuthorizerFunction"))


def test_trusts_our_own_issuer(template: Template) -> None:
    """By default that is one issuer, with the audiences of the parameter."""
    stack = Stack(template, IssuerDomainName="issuer.example.com", Audiences="api://a,api://b")
    (trusted,) = parse_trusted_issuers(stack.environment("AuthorizerFunction")["TRUSTED_ISSUERS"])
    assert trusted.issuer == "https://issuer.example.com"
    assert trusted.jwks_uri == "https://issuer.example.com/.well-known/jwks.json"
    assert trusted.rules.audiences == {"api://a", "api://b"}


def test_the_deny_list_is_asked_for_by_parameter(template: Template) -> None:
    """Our own issuer's, beside its JWK Set; not unless somebody wants it, since it must be there then."""

    def uri(**parameters: str) -> str | None:
        stack = Stack(template, IssuerDomainName="issuer.example.com", **parameters)
        return parse_trusted_issuers(stack.environment("AuthorizerFunction")["TRUSTED_ISSUERS"])[
            0
        ].deny_list_uri

    assert uri() is None
    assert uri(DenyList="on") == "https://issuer.example.com/.well-known/revoked-tokens.json"


def test_appsync_keeps_decisions_no_longer_than_the_example(template: Template) -> None:
    """One number for both; AppSync asks the authorizer for it."""
    stack = Stack(template, IssuerDomainName="issuer.example.com", DecisionCache="7")
    assert stack.environment("AuthorizerFunction")["DECISION_CACHE"] == "7"


def test_leeway_is_the_one_that_keys_stay_for(template: Template) -> None:
    """A verifier more lenient than the policy promises would take tokens whose key is gone."""
    stack = Stack(template, IssuerDomainName="issuer.example.com", VerifierLeeway="7")
    (trusted,) = parse_trusted_issuers(stack.environment("AuthorizerFunction")["TRUSTED_ISSUERS"])
    policy = json.loads(stack.environment("RotationFunction")["DEFAULT_POLICY"])
    assert trusted.rules.leeway == policy["verifier_leeway"] == 7


def test_file_replaces_the_list(template: Template) -> None:
    """Only one of TRUSTED_ISSUERS and TRUSTED_ISSUERS_FILE is ever set."""
    given = Stack(template, TrustedIssuersFile="issuers.json").environment("AuthorizerFunction")
    assert given["TRUSTED_ISSUERS_FILE"] == "issuers.json"
    assert "TRUSTED_ISSUERS" not in given
    assert "TRUSTED_ISSUERS_FILE" not in Stack(template).environment("AuthorizerFunction")


def test_revocation_within_a_minute(template: Template) -> None:
    """Edge, key set cache and decision cache add up to no more than 60 s at their defaults."""
    defaults = {name: body["Default"] for name, body in template["Parameters"].items()}
    assert EDGE_SECONDS + defaults["KeySetCeiling"] + defaults["DecisionCache"] <= 60


def test_decision_cache_reaches_the_api(template: Template) -> None:
    """The parameter is what API Gateway keeps decisions for, keyed by the whole Authorization header."""
    definition = Stack(template, DecisionCache="3").resource("ExampleRestApi")["DefinitionBody"]
    authorizer = definition["components"]["securitySchemes"]["bearer"]["x-amazon-apigateway-authorizer"]
    assert authorizer["authorizerResultTtlInSeconds"] == "3"
    assert authorizer["identitySource"] == "method.request.header.Authorization"
    assert definition["security"] == [{"bearer": []}]


def test_authorizer_has_time_for_a_fetch(template: Template) -> None:
    """What a verification may wait for leaves time to start and to answer, within the 10 s of HTTP APIs."""
    assert 2 * TIMEOUT < template["Globals"]["Function"]["Timeout"] <= 10
    assert "Timeout" not in template["Resources"]["AuthorizerFunction"]["Properties"]


@pytest.mark.parametrize(
    ("kind", "challenge"),
    [
        ("UNAUTHORIZED", "'Bearer realm=\"api\"'"),
        ("ACCESS_DENIED", '\'Bearer realm="api", error="insufficient_scope"\''),
    ],
)
def test_challenges(template: Template, kind: str, challenge: str) -> None:
    """RFC 6750 section 3: a challenge with 401, and the error's name with 403."""
    definition = Stack(template).resource("ExampleRestApi")["DefinitionBody"]
    response = definition["x-amazon-apigateway-gateway-responses"][kind]
    assert response["responseParameters"] == {"gatewayresponse.header.WWW-Authenticate": challenge}
    assert str(response["statusCode"]) == RESPONSES[kind]


@pytest.mark.parametrize(("kind", "status"), RESPONSES.items())
def test_embedded_aws_answers_alike(template: Template, kind: str, status: str) -> None:
    """The copies for the embedded AWS say what the API's own responses say."""
    stack = Stack(template)
    definition = stack.resource("ExampleRestApi")["DefinitionBody"]
    ours = definition["x-amazon-apigateway-gateway-responses"][kind]
    copy = stack.resource(f"ExampleResponse{status}")
    assert copy["ResponseType"] == kind
    assert copy["StatusCode"] == str(ours["statusCode"]) == status
    assert copy["ResponseTemplates"] == ours["responseTemplates"]
    assert copy.get("ResponseParameters", {}) == ours.get("responseParameters", {})


def test_copies_come_before_the_deployment(template: Template) -> None:
    """The embedded AWS makes resources by name: copies made after the deployment would not be in it."""
    deployment = "ExampleRestApiDeployment"
    assert all(f"ExampleResponse{status}" < deployment for status in RESPONSES.values())


def test_no_example_leaves_nothing_behind(template: Template) -> None:
    """Without the example there is no API, no whoami, and no scope that its routes needed."""
    left_out = {name for name, body in template["Resources"].items() if body.get("Condition") == "HasExample"}
    assert left_out >= {"ExampleRestApi", "WhoamiFunction", "WhoamiRole", "WhoamiLogs"}
    assert "ROUTE_SCOPES" not in Stack(template, ExampleApi="off").environment("AuthorizerFunction")
