"""`POST /token`: the caller's role decides what it may ask for, and nothing is granted by default."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from jwx.errors import ConfigurationError, KeyRingUnavailable, NotGranted
from jwx.issuing.token_policy import TokenPolicies
from jwx.jose.jws import parse_unverified
from tests.fakes.token_service import TokenService

EVENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "events" / "signer-http-token.json").read_text()
)
GRANT = {
    "principal": "arn:aws:sts::111122223333:assumed-role/orders/*",
    "subjects": ["svc-orders"],
    "audiences": ["api://orders", "api://stock"],
    "scopes": ["orders:*"],
}
CLAIMS = {"sub": "svc-orders", "aud": "api://orders", "scope": "orders:read"}


def _ask(
    event: dict[str, Any], *grants: dict[str, Any], service: TokenService | None = None
) -> dict[str, Any]:
    if service is None:
        service = TokenService()
        service.open()
    signing = service.signing(json.dumps({"default": {"grants": grants}}))
    return signing.answer(event, seconds_left=lambda: 30)


def _request(claims: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return EVENT | {"body": json.dumps({"claims": claims or CLAIMS} | fields)}


def _refusal(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["error"]


def test_a_granted_request_is_answered_as_rfc_6749_says() -> None:
    """Section 5.1: the members, and that no cache keeps them."""
    answer = _ask(EVENT, GRANT)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert (answer["headers"]["Cache-Control"], answer["headers"]["Pragma"]) == ("no-store", "no-cache")
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "orders:read")
    assert json.loads(parse_unverified(body["access_token"]).payload)["sub"] == "svc-orders"


def test_nothing_is_granted_by_default() -> None:
    """No grant, no token; KMS is not asked and no ring is read."""
    service = TokenService()
    service.open()
    assert _refusal(_ask(EVENT, service=service)) == (400, "unauthorized_client")
    assert service.calls.names == []


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:sts::111122223333:assumed-role/billing/i-0",
        "arn:aws:sts::999999999999:assumed-role/orders/i-0",
        "arn:aws:iam::111122223333:user/orders",
        "ARN:AWS:STS::111122223333:ASSUMED-ROLE/ORDERS/i-0",
        "",
        None,
    ],
)
def test_a_grant_is_for_whom_it_names(principal: str | None) -> None:
    """Another role, account, kind of caller, or none at all."""
    event = json.loads(json.dumps(EVENT))
    event["requestContext"]["identity"]["userArn"] = principal
    assert _refusal(_ask(event, GRANT)) == (400, "unauthorized_client")


def test_without_a_verified_caller_no_pattern_helps() -> None:
    """An API deployed without authorization must not turn a wide grant into an open door."""
    event = json.loads(json.dumps(EVENT))
    event["requestContext"]["identity"]["userArn"] = None
    assert _refusal(_ask(event, GRANT | {"principal": "arn:*"})) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        (CLAIMS | {"sub": "svc-billing"}, "unauthorized_client"),
        (CLAIMS | {"client_id": "svc-billing"}, "unauthorized_client"),
        (CLAIMS | {"aud": "api://billing"}, "invalid_target"),
        (CLAIMS | {"aud": ["api://orders", "api://billing"]}, "invalid_target"),
        (CLAIMS | {"scope": "orders:read admin"}, "invalid_scope"),
        (CLAIMS | {"roles": ["admin"]}, "unauthorized_client"),
        (CLAIMS | {"act": {"sub": "svc-billing"}}, "unauthorized_client"),
    ],
)
def test_all_that_is_asked_for_must_be_granted(claims: dict[str, Any], error: str) -> None:
    """The error code is the one of RFC 6749 section 5.2 or RFC 8707 section 2."""
    assert _refusal(_ask(_request(claims), GRANT)) == (400, error)


def test_another_kind_of_token_needs_its_own_grant() -> None:
    """Who may have access tokens may not mint what looks like an ID token."""
    assert _refusal(_ask(_request(typ="JWT"), GRANT)) == (400, "unauthorized_client")
    assert _ask(_request(typ="JWT"), GRANT | {"token_types": ["JWT"]})["statusCode"] == 200


def test_a_token_without_subject_or_audience_is_for_all_of_them() -> None:
    """A plain JWT may leave them out, but only who may ask for any may ask for none."""
    plain = GRANT | {"token_types": ["JWT"]}
    for claims in ({"aud": "api://orders"}, {"sub": "svc-orders"}):
        assert _ask(_request(claims, typ="JWT"), plain)["statusCode"] == 400
    free = plain | {"subjects": ["*"], "audiences": ["*"]}
    assert _ask(_request({"iat_like": 1}, typ="JWT"), free | {"claims": ["iat_like"]})["statusCode"] == 200


def test_two_grants_do_not_add_up() -> None:
    """What each allows with another subject is not allowed together."""
    one = GRANT | {"audiences": ["api://stock"]}
    two = GRANT | {"subjects": ["svc-other"]}
    assert _ask(_request(), one, two)["statusCode"] == 400
    assert _ask(_request(), one, two, GRANT)["statusCode"] == 200


def test_the_issuers_policy_still_holds() -> None:
    """A grant lifts no bound."""
    assert _refusal(_ask(_request(expires_in=999_999), GRANT)) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"claims": {}, "claims": {}}', '{"tokens": []}', '{"probe": {}}', "\ud800", None]
)
def test_a_malformed_body_is_an_invalid_request(body: str | None) -> None:
    """Two members of one name could mean two tokens; batches and probes are for direct invokes."""
    assert _refusal(_ask(EVENT | {"body": body}, GRANT)) == (400, "invalid_request")


def test_a_body_may_come_in_base64() -> None:
    """As API Gateway sends it where binary media types are set."""
    encoded = base64.b64encode(EVENT["body"].encode()).decode()
    assert _ask(EVENT | {"body": encoded, "isBase64Encoded": True}, GRANT)["statusCode"] == 200
    assert _ask(EVENT | {"body": "%", "isBase64Encoded": True}, GRANT)["statusCode"] == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_other_methods_are_refused(method: str) -> None:
    """RFC 6749 section 3.2: the client MUST use POST."""
    answer = _ask(EVENT | {"httpMethod": method}, GRANT)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "POST")


def test_our_own_trouble_is_a_503() -> None:
    """Only its name is told: callers retry, operators read the log."""
    service = TokenService()
    service.open()

    def down(_: str) -> None:
        raise KeyRingUnavailable("DynamoDB GetItem: InternalServerError (request r-1)")

    service.calls.before = down
    answer = _ask(EVENT, GRANT, service=service)
    assert _refusal(answer) == (503, "temporarily_unavailable")
    assert "DynamoDB" not in answer["body"]
    assert answer["headers"]["Retry-After"]


def test_http_api_payload_2_0() -> None:
    """IAM authorization of an HTTP API names the caller elsewhere."""
    arn = EVENT["requestContext"]["identity"]["userArn"]
    context = {"http": {"method": "POST", "path": "/token"}, "authorizer": {"iam": {"userArn": arn}}}
    event = {"version": "2.0", "requestContext": context, "body": EVENT["body"], "isBase64Encoded": False}
    assert _ask(event, GRANT)["statusCode"] == 200


def test_refusals_are_audited_and_name_no_arn() -> None:
    """A caller who tries what it may not is somebody's alarm."""
    service = TokenService()
    service.open()
    answer = _ask(_request(CLAIMS | {"scope": "admin"}), GRANT, service=service)
    assert [type(error) for error in service.ears.errors] == [NotGranted]
    assert "arn:" not in answer["body"]


def test_descriptions_hold_the_characters_that_rfc_6749_allows() -> None:
    """Section 5.2: no quotes, no backslash, nothing beyond ASCII."""
    description = json.loads(_ask(_request(algorithm='"ü\\\n'), GRANT)["body"])["error_description"]
    assert all(" " <= c <= "~" and c not in '"\\' for c in description)


@pytest.mark.parametrize(
    ("grants", "message"),
    [
        ({}, "grants: a list"),
        ([7], r"grants\[0\]: an object"),
        ([{**GRANT, "subject": []}], r"grants\[0\]\.subject: no such field"),
        ([{"principal": "arn:*", "subjects": []}], r"grants\[0\]\.audiences: missing"),
        ([{**GRANT, "scopes": "orders:*"}], r"grants\[0\]\.scopes: 'orders:\*' is no list"),
        ([{**GRANT, "subjects": [""]}], "subjects"),
        ([{**GRANT, "principal": "*"}], r"principal: '\*' is no pattern of ARNs"),
    ],
)
def test_a_grant_that_is_misspelt_stops_the_function(grants: Any, message: str) -> None:
    """It must not grant more than its author meant."""
    with pytest.raises(ConfigurationError, match=message):
        TokenPolicies.parse(json.dumps({"default": {"grants": grants}}))
