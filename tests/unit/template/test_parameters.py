"""Parameters: each explained, bounded, and with a default that works."""

import json
import re
import tomllib
from typing import Any

import pytest

from jwx.issuing.token_policy import TokenPolicies
from jwx.ring.policy import RotationPolicy
from jwx.settings import jwk_set_type
from tests.unit.template.cloudformation import ROOT, Stack

Template = dict[str, Any]
SETTINGS = tomllib.loads((ROOT / "samconfig.toml").read_text())
ENVIRONMENTS = ["default", "staging", "prod", "local"]


def overrides(environment: str) -> dict[str, str]:
    given = SETTINGS[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(item.split("=", 1) for item in given)


def accepts(parameter: dict[str, Any], value: str) -> bool:
    """What CloudFormation checks before it does anything."""
    values = value.split(",") if parameter["Type"] == "CommaDelimitedList" else [value]
    if "AllowedValues" in parameter:
        return all(each in map(str, parameter["AllowedValues"]) for each in values)
    if parameter["Type"] == "Number":
        return int(parameter["MinValue"]) <= int(value) <= int(parameter["MaxValue"])
    return all(re.fullmatch(parameter["AllowedPattern"], each) for each in values)


def test_every_parameter_is_explained_and_bounded(template: Template) -> None:
    """A description, and a pattern, a range or a list of values, which the default meets."""
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"], name
        assert accepts(parameter, str(parameter["Default"])), name
        assert "AllowedPattern" not in parameter or parameter["ConstraintDescription"], name


def test_console_shows_every_parameter_once(template: Template) -> None:
    """The groups of the console and the parameters are the same."""
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(template["Parameters"])


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("IssuerDomainName", ["issuer.example.com"], ["https://a.b", "a.b/", "A.b", "localhost", "a..b"]),
        (
            "LocalIssuerUrl",
            ["http://localhost:1", "http://[::1]:8080"],
            ["http://example.com:80", "https://a"],
        ),
        ("LocalIssuerUrl", ["http://127.0.0.1:80"], ["http://localhost:80/", "http://localhost.evil.com:80"]),
        (
            "CertificateArn",
            ["arn:aws:acm:us-east-1:111122223333:certificate/" + "0" * 36],
            ["arn:aws:acm:eu-west-1:1:c"],
        ),
        ("Algorithms", ["ES256", "Ed25519,ML-DSA-65"], ["HS256", "none", "ES256,HS512", ""]),
        ("Audiences", ["api://a", "a,b"], ['a"b', "a b", "a\\", ""]),
        ("TrustedIssuers", ['[{"issuer":"x"}]'], ["{}", "[]", "x"]),
        ("RouteScopes", ['{"GET /a":[]}'], ["[]", "x"]),
        (
            "AuthorizerCallerArn",
            ["arn:aws:execute-api:eu-west-1:111122223333:abc/authorizers/*"],
            ["*", "arn:*"],
        ),
        ("TrustedIssuersFile", ["issuers.json"], ["../x.json", "/etc/passwd", "a/b.json"]),
        ("WebSocketToken", ["protocol", "query:token"], ["query:", "header"]),
        ("RestoredKeyRingTable", ["a-b.c_d"], ["a", "x/y"]),
        ("ReconcileMinutes", ["1", "60"], ["0", "rate(5 minutes)"]),
        ("DeletionWindowDays", ["7", "30"], ["6", "31"]),
    ],
)
def test_patterns(template: Template, name: str, good: list[str], bad: list[str]) -> None:
    """A pattern takes what works, and refuses what would fail later or be unsafe."""
    parameter = template["Parameters"][name]
    assert [value for value in good if not accepts(parameter, value)] == []
    assert [value for value in bad if accepts(parameter, value)] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environments_give_known_parameters(template: Template, environment: str) -> None:
    """samconfig.toml names parameters that exist, with values that they accept."""
    for name, value in overrides(environment).items():
        assert accepts(template["Parameters"][name], value), (name, value)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_default_policy_is_accepted_by_the_rotation(template: Template, environment: str) -> None:
    """DEFAULT_POLICY is JSON that the rotation takes, in every environment, with nothing left to defaults."""
    given = json.loads(
        Stack(template, **overrides(environment)).environment("RotationFunction")["DEFAULT_POLICY"]
    )
    assert RotationPolicy.parse(given).to_json() == given


def test_one_set_of_defaults(template: Template) -> None:
    """The template's defaults are those of the policy, so that created issuers and `default` are alike."""
    given = json.loads(Stack(template).environment("RotationFunction")["DEFAULT_POLICY"])
    assert RotationPolicy.parse(given) == RotationPolicy()


def test_local_policy_counts_in_seconds(template: Template) -> None:
    """The local stack waits for every cache, only shorter; its comment says how long."""
    given = json.loads(
        Stack(template, **overrides("local")).environment("RotationFunction")["DEFAULT_POLICY"]
    )
    propagation = RotationPolicy.parse(given).propagation
    assert propagation == 7
    assert f"waits {propagation} s" in (ROOT / "samconfig.toml").read_text()


@pytest.mark.parametrize("list_of_names", ["ES256", "ES256,RS256,Ed25519"])
def test_lists_become_json(template: Template, list_of_names: str) -> None:
    """A comma list, of one or more, is a JSON array of strings in the function's environment."""
    stack = Stack(template, Algorithms=list_of_names)
    given = json.loads(stack.environment("RotationFunction")["DEFAULT_POLICY"])
    assert given["algorithms"] == list_of_names.split(",")


@pytest.mark.parametrize("given", ["application/jwk-set+json", "application/json"])
def test_media_types_are_understood(template: Template, given: str) -> None:
    """Both functions that write the JWK Set take the parameter's values."""
    stack = Stack(template, JwksMediaType=given)
    for function in ("JwksFunction", "RotationFunction"):
        assert jwk_set_type(stack.environment(function)) == given


def test_token_policies_reach_the_signer(template: Template) -> None:
    """Bounds are set where they are given, and the variable is absent where not."""
    assert "TOKEN_POLICIES" not in Stack(template).environment("SignerFunction")
    text = '{"default":{"audiences":["api://*"]}}'
    given = Stack(template, TokenPolicies=text).environment("SignerFunction")["TOKEN_POLICIES"]
    assert TokenPolicies.parse(given).of("default").audiences == ("api://*",)


def test_rules_refuse_halves(template: Template) -> None:
    """A domain without certificate, and the other way around, fail before anything is made."""
    assert set(template["Rules"]) >= {"DomainNeedsCertificate", "CertificateNeedsDomain", "OneListOfIssuers"}
