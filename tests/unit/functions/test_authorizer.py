"""The authorizer from event to answer, as API Gateway sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jwx.authorization.answers import Unauthorized
from jwx.authorization.authorizer import Authorizer
from jwx.authorization.settings import authorizer_from
from jwx.errors import ConfigurationError, InvalidRequest, VerificationError
from tests.fakes.api_events import SHAPES, api_event
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, jwk, jwks, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.unit.core.authorization.iam import permits

ISSUERS = [{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}]
ROUTES = {"GET /orders": ["orders:read"], "POST /graphql": ["orders:read"], "$connect": ["orders:read"]}
ROUTES |= {"GET /admin": ["admin"]}
CONTEXT = {
    "sub": "svc-1",
    "client_id": "svc-1",
    "scope": "orders:read",
    "iss": ISSUER,
    "jti": "k8s1v0",
    "exp": NOW + 3600,
}


class World:
    """An authorizer with a scripted endpoint, a still clock and its log lines."""

    def __init__(self, **environ: str) -> None:
        self.endpoint = KeyEndpoint({JWKS_URI: jwks("ES256")})
        self.clock = FakeClock(NOW)
        self.lines: list[str] = []
        settings = {"TRUSTED_ISSUERS": json.dumps(ISSUERS), "ROUTE_SCOPES": json.dumps(ROUTES)} | environ
        self.authorizer: Authorizer = authorizer_from(
            settings, fetch=self.endpoint, clock=self.clock, write=self.lines.append
        )

    def ask(self, shape: str, candidate: str) -> dict[str, Any]:
        return self.authorizer.authorize(api_event(shape, candidate))

    @property
    def last(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.lines[-1])
        return line


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("shape", ["rest-token", "rest-request", "http-1", "websocket"])
def test_a_good_token_gets_a_policy_and_its_claims(world: World, shape: str) -> None:
    """Principal, a policy that opens the route asked for, and scalars alone in the context."""
    answer = world.ask(shape, token())
    assert answer["principalId"] == "svc-1"
    assert answer["context"] == CONTEXT
    arn = api_event(shape)["methodArn"]
    assert permits(answer["policyDocument"], arn)


def test_http_2_gets_a_simple_answer(world: World) -> None:
    """By default, as `EnableSimpleResponses` wants it."""
    assert world.ask("http-2", token()) == {"isAuthorized": True, "context": CONTEXT}


def test_http_2_gets_a_policy_where_that_is_set() -> None:
    """Which may be cached for all routes."""
    answer = World(HTTP_API_RESPONSE="policy").ask("http-2", token())
    assert permits(answer["policyDocument"], api_event("http-2")["routeArn"])
    assert answer["context"] == CONTEXT


@pytest.mark.parametrize(
    ("raw_path", "arn_path"),
    [("/v1/orders", "orders"), ("/v1/orders/a b", "orders/a%20b"), ("/prod/orders/a b", "prod/orders/a%20b")],
)
def test_the_key_of_a_mapping_is_no_way_around_a_route(raw_path: str, arn_path: str) -> None:
    """A simple answer says what a policy would: API Gateway judges by the ARN, which knows of no mapping."""
    closed = json.dumps({"* /*": [], "* /orders*": ["admin"], "* /prod/orders*": ["admin"]})
    arn = api_event("http-2")["routeArn"].removesuffix("orders") + arn_path
    event = {"routeArn": arn, "rawPath": raw_path}
    for response in ("simple", "policy"):
        world = World(ROUTE_SCOPES=closed, HTTP_API_RESPONSE=response)
        world.authorizer.authorize(api_event("http-2", token()) | event)
        assert (world.last["outcome"], world.last["reason"]) == ("denied", "insufficient_scope")
        world.authorizer.authorize(api_event("http-2", token(scope="admin")) | event)
        assert world.last["outcome"] == "allowed"


def test_appsync_gets_strings_and_a_time_to_live(world: World) -> None:
    """No longer than the token lives, nor than a revocation may take: AppSync keeps it as long as told."""
    expected = {name: str(value) for name, value in CONTEXT.items()}
    answer = world.ask("appsync", token())
    assert answer == {
        "isAuthorized": True,
        "resolverContext": expected,
        "deniedFields": [],
        "ttlOverride": 15,
    }
    assert world.ask("appsync", token(exp=NOW + 9))["ttlOverride"] == 9
    assert world.ask("appsync", token(exp=NOW - 5))["ttlOverride"] == 0
    assert World(DECISION_CACHE="120").ask("appsync", token())["ttlOverride"] == 120


@pytest.mark.parametrize("shape", SHAPES)
def test_a_valid_token_without_the_scope_is_denied_and_not_unauthorized(world: World, shape: str) -> None:
    """403: a new token of the same kind would not help."""
    answer = world.ask(shape, token(scope="other"))
    if "policyDocument" in answer:
        assert not permits(answer["policyDocument"], api_event(shape)["methodArn"])
    else:
        assert answer["isAuthorized"] is False
    assert (world.last["outcome"], world.last["reason"]) == ("denied", "insufficient_scope")


@pytest.mark.parametrize("shape", ["rest-token", "rest-request", "websocket"])
@pytest.mark.parametrize("candidate", ["a.b.c", token(exp=1), token("ES256", serial=1)], ids=range(3))
def test_a_bad_token_is_unauthorized_to_the_letter(world: World, shape: str, candidate: str) -> None:
    """API Gateway makes a 401 of this very word, and a 500 of any other."""
    with pytest.raises(Unauthorized) as refusal:
        world.ask(shape, candidate)
    assert str(refusal.value) == "Unauthorized"
    assert world.last["outcome"] == "unauthorized"


@pytest.mark.parametrize("shape", ["rest-token", "rest-request", "http-1", "http-2", "websocket"])
def test_no_token_is_unauthorized(world: World, shape: str) -> None:
    """HTTP APIs get here only without identity sources, where a 401 can be had."""
    with pytest.raises(Unauthorized):
        world.authorizer.authorize(api_event(shape, without="token"))
    assert world.last["reason"] == "missing_token"


def test_http_apis_with_identity_sources_know_403_only(world: World) -> None:
    """No 401 can be had there; the answer is a denial of everything, and nothing is told."""
    assert world.ask("http-2", "a.b.c") == {"isAuthorized": False, "context": {}}
    answer = world.ask("http-1", "a.b.c")
    assert not permits(answer["policyDocument"], api_event("http-1")["methodArn"])
    answer = World(HTTP_API_RESPONSE="policy").ask("http-2", "a.b.c")
    assert not permits(answer["policyDocument"], api_event("http-2")["routeArn"])
    assert answer["context"] == {}


def test_appsync_refuses_a_bad_token(world: World) -> None:
    """And keeps no memory of it."""
    answer = world.ask("appsync", "a.b.c")
    assert answer == {"isAuthorized": False, "resolverContext": {}, "deniedFields": [], "ttlOverride": 0}


@pytest.mark.parametrize("shape", SHAPES)
def test_with_nothing_to_judge_with_it_is_an_error_of_ours(world: World, shape: str) -> None:
    """500, never 401 and never 200: whoever holds a good token will try again."""
    world.endpoint.documents.clear()
    with pytest.raises(VerificationError) as failure:
        world.ask(shape, token())
    assert failure.value.retryable
    assert str(failure.value) != "Unauthorized"
    assert (world.last["outcome"], world.last["level"]) == ("unavailable", "ERROR")
    assert world.last["issuer"] == ISSUER


def test_a_decision_that_is_cached_for_one_route_is_right_for_the_other(world: World) -> None:
    """The cached-policy trap: two routes, one token, whichever comes first."""
    base = api_event("rest-token", token())
    orders, admin = (
        base | {"methodArn": base["methodArn"].replace("/orders", path)} for path in ("/orders", "/admin")
    )
    first, second = world.authorizer.authorize(orders), world.authorizer.authorize(admin)
    assert first["policyDocument"] == second["policyDocument"]
    assert permits(first["policyDocument"], orders["methodArn"])
    assert not permits(first["policyDocument"], admin["methodArn"])


def test_a_revoked_key_is_refused_within_the_ceiling(world: World) -> None:
    """By a warm authorizer that has seen the token, with no request for each token."""
    seen = token()
    world.ask("rest-token", seen)
    world.endpoint.documents[JWKS_URI] = jwks("RS256")
    world.clock.advance(29)
    world.ask("rest-token", seen)
    assert len(world.endpoint.asked) == 1
    world.clock.advance(1)
    with pytest.raises(Unauthorized):
        world.ask("rest-token", seen)


def test_the_context_carries_chosen_claims_as_json() -> None:
    """An object in the context would be a 500 of API Gateway's; nothing unchosen is handed on."""
    world = World(CONTEXT_CLAIMS='["roles", "tenant", "absent"]')
    answer = world.ask("rest-token", token(roles=["a", "b"], tenant="t", secret="s", email="e"))
    assert answer["context"] == CONTEXT | {"roles": '["a","b"]', "tenant": '"t"'}
    world.ask("rest-token", token(scope=["orders:read"]))
    assert "scope" not in world.ask("rest-token", token(scope=["orders:read"]))["context"]


@pytest.mark.parametrize(
    ("claims", "principal"),
    [({}, "svc-1"), ({"sub": None}, "svc-1"), ({"sub": None, "client_id": None}, ISSUER)],
)
def test_the_principal_is_the_subject_or_the_client_or_the_issuer(
    claims: dict[str, Any], principal: str
) -> None:
    """API Gateway wants a string."""
    assert World().ask("rest-token", token(**claims))["principalId"] == principal


def test_a_websocket_gets_a_policy_for_its_one_route(world: World) -> None:
    """Its decision is never kept for another: the table of routes does not count towards the 8 KB."""
    many = {f"* /{'long' * 50}/{number}": ["x"] for number in range(99)} | {"$connect": ["orders:read"]}
    answer = World(ROUTE_SCOPES=json.dumps(many)).ask("websocket", token())
    assert answer == world.ask("websocket", token())
    (statement,) = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", [api_event("websocket")["methodArn"]])


def test_a_websocket_is_answered_within_8_kilobytes_or_refused() -> None:
    """API Gateway says 500 to more. No chosen claim is left out instead: it may be one that forbids."""
    world, arn = World(CONTEXT_CLAIMS='["x"]'), api_event("websocket")["methodArn"]
    fitting = 8192 - len(json.dumps(world.ask("websocket", token(x=""))))
    answer = world.ask("websocket", token(x="a" * fitting))
    assert len(json.dumps(answer)) == 8192
    assert permits(answer["policyDocument"], arn)
    for too_much in ("a" * (fitting + 1), "\u00e9" * (fitting // 6)):
        answer = world.ask("websocket", token(x=too_much))
        assert not permits(answer["policyDocument"], arn)
        assert answer["context"] == {}
        assert (world.last["outcome"], world.last["reason"]) == ("denied", "context_too_large")
        assert world.ask("rest-request", token(x=too_much))["context"]["x"] == json.dumps(too_much)


def test_each_outcome_is_one_line_and_one_metric(world: World) -> None:
    """Structured, in CloudWatch's embedded metric format, and without the token."""
    seen = token()
    world.ask("rest-request", seen)
    assert len(world.lines) == 1
    assert world.last == {
        "level": "INFO",
        "message": "authorization",
        "service": "authorizer",
        "outcome": "allowed",
        "reason": "valid",
        "issuer": ISSUER,
        "kid": jwk("ES256")["kid"],
        "event": "rest",
        "request_id": "5f0e6b0a-9b7e-4a53-8a83-2a1f3f5f6a10",
        "Authorizations": 1,
        "KeySetFetches": 1,
        "TokensRemembered": 0,
        "_aws": {
            "Timestamp": NOW * 1000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Jwx",
                    "Dimensions": [["service", "outcome"], ["service", "outcome", "reason", "issuer"]],
                    "Metrics": [{"Name": "Authorizations", "Unit": "Count"}],
                },
                {
                    "Namespace": "Jwx",
                    "Dimensions": [["service"]],
                    "Metrics": [
                        {"Name": "KeySetFetches", "Unit": "Count"},
                        {"Name": "TokensRemembered", "Unit": "Count"},
                    ],
                },
            ],
        },
    }
    assert not any(segment in world.lines[0] for segment in seen.split("."))


def test_each_line_tells_what_the_caches_spared(world: World) -> None:
    """One fetch for the first token, none for the next, and no signature check for one seen before."""
    seen = token()
    for candidate in (seen, seen, token(jti="other")):
        world.ask("rest-request", candidate)
    lines = [json.loads(line) for line in world.lines]
    assert [(line["KeySetFetches"], line["TokensRemembered"]) for line in lines] == [(1, 0), (0, 1), (0, 0)]


def test_nothing_that_a_token_says_becomes_a_dimension(world: World) -> None:
    """An issuer that is not configured is `none`: else whoever sends tokens runs up the bill."""
    with pytest.raises(Unauthorized):
        world.ask("rest-token", token(iss="https://attacker.example"))
    assert world.last["issuer"] == "none"
    assert "attacker" not in world.lines[-1]


def test_a_kid_can_forge_no_line_and_fill_no_log(world: World) -> None:
    """It is escaped and cut."""
    with pytest.raises(Unauthorized):
        world.ask("rest-token", token(header={"kid": 'x"\n{"outcome":"allowed"}' + "k" * 5000}))
    assert "\n" not in world.lines[-1]
    assert len(world.last["kid"]) == 128


def test_an_event_of_another_kind_is_an_error(world: World) -> None:
    """A wrong wiring is neither yes nor no. Its one line says so, and nothing that the event says."""
    with pytest.raises(InvalidRequest):
        world.authorizer.authorize({"httpMethod": "GET", "path": "/secret"})
    assert len(world.lines) == 1
    told = [world.last[name] for name in ("level", "outcome", "reason", "issuer", "event")]
    assert told == ["ERROR", "unreadable", "unknown_event", "none", "unknown"]
    assert "secret" not in world.lines[0]


@pytest.mark.parametrize("odd", [None, 7, {"a": "b"}, [None], [7, 8]], ids=repr)
@pytest.mark.parametrize("place", ["protocol", "query:access_token"])
def test_a_token_that_is_no_text_is_refused_like_any_other(place: str, odd: object) -> None:
    """With one line in the log: no way out leaves none."""
    world, event = World(WEBSOCKET_TOKEN=place), api_event("websocket", without="token")
    event |= {"multiValueQueryStringParameters": {"access_token": odd}}
    event["multiValueHeaders"] = {"Sec-WebSocket-Protocol": [odd]}
    with pytest.raises(Unauthorized):
        world.authorizer.authorize(event)
    assert [json.loads(line)["outcome"] for line in world.lines] == ["unauthorized"]


MISTAKES: dict[str, dict[str, str]] = {
    "TRUSTED_ISSUERS": {"TRUSTED_ISSUERS": "[]"},
    "TRUSTED_ISSUERS_FILE": {"TRUSTED_ISSUERS_FILE": "issuers.json"},
    "ROUTE_SCOPES": {"ROUTE_SCOPES": ""},
    "HTTP_API_RESPONSE": {"HTTP_API_RESPONSE": "Simple"},
    "CONTEXT_CLAIMS": {"CONTEXT_CLAIMS": "roles"},
    "CONTEXT_CLAIMS: .*other than": {"CONTEXT_CLAIMS": '["sub"]'},
    "WEBSOCKET_TOKEN": {"WEBSOCKET_TOKEN": "cookie"},
    "JWKS_FLOOR": {"JWKS_FLOOR": "31"},
    "JWKS_CEILING": {"JWKS_CEILING": "1m"},
    "JWKS_CEILING: got '3601'": {"JWKS_CEILING": "3601"},
    "JWKS_STALE_IF_ERROR": {"JWKS_STALE_IF_ERROR": "-1"},
    "MAX_TOKEN_SIZE": {"MAX_TOKEN_SIZE": "70000"},
}


@pytest.mark.parametrize(("message", "environ"), MISTAKES.items(), ids=MISTAKES.keys())
def test_a_wrong_setting_stops_the_function(message: str, environ: dict[str, str]) -> None:
    """With one message that names the variable; it never starts with less than was asked for."""
    with pytest.raises(ConfigurationError, match=message):
        World(**environ)


def test_no_issuers_at_all_stop_the_function() -> None:
    """An empty environment trusts nobody."""
    with pytest.raises(ConfigurationError, match="TRUSTED_ISSUERS"):
        authorizer_from({})


def test_the_issuers_may_stand_in_a_file_of_the_package(tmp_path: Path) -> None:
    """Lambda caps all environment variables together at 4 KB."""
    (tmp_path / "issuers.json").write_text(json.dumps(ISSUERS))
    environ = {"TRUSTED_ISSUERS_FILE": "issuers.json", "LAMBDA_TASK_ROOT": str(tmp_path)}
    endpoint = KeyEndpoint({JWKS_URI: jwks("ES256")})
    authorizer = authorizer_from(environ, fetch=endpoint, clock=FakeClock(NOW), write=lambda line: None)
    assert authorizer.authorize(api_event("rest-token", token()))["principalId"] == "svc-1"
    with pytest.raises(ConfigurationError, match="cannot be read"):
        authorizer_from(environ | {"TRUSTED_ISSUERS_FILE": "absent.json"})


def test_what_sam_local_leaves_empty_counts_as_absent(world: World) -> None:
    """It knows no way to leave a variable out; the issuers and the token's place are then the default."""
    empty = World(TRUSTED_ISSUERS_FILE="", WEBSOCKET_TOKEN="")
    assert empty.ask("rest-request", token()) == world.ask("rest-request", token())


def test_empty_issuers_or_routes_open_nothing() -> None:
    """An empty list of issuers is none, and empty routes are a mistake, not the wish to open all of them."""
    for name in ("TRUSTED_ISSUERS", "ROUTE_SCOPES"):
        with pytest.raises(ConfigurationError, match=name):
            World(**{name: ""})


def test_the_cache_limits_are_settings() -> None:
    """Ceiling and stale bound as set."""
    world = World(JWKS_FLOOR="1", JWKS_CEILING="5", JWKS_STALE_IF_ERROR="0")
    world.ask("rest-token", token())
    world.clock.advance(5)
    world.endpoint.documents.clear()
    with pytest.raises(VerificationError):
        world.ask("rest-token", token())


def run(script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], env=os.environ | environ, capture_output=True, text=True, check=False
    )


def test_importing_the_handler_loads_no_aws_sdk_and_reads_nothing() -> None:
    """Cold start is what an authorizer costs its callers."""
    script = (
        "import sys, functions.authorizer.app as app\n"
        "heavy = {'boto3', 'botocore', 'aws_lambda_powertools', 'jwt', 'jwx_aws'}\n"
        "heavy |= {'dataclasses', 'inspect', 'logging', 'typing_extensions'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
        "assert app.from_env.cache_info().misses == 0\n"
    )
    done = run(script)
    assert done.returncode == 0, done.stderr


def test_in_lambda_a_wrong_setting_stops_the_import() -> None:
    """At the start of the function, not at the first request; and it says what is wrong."""
    script = "import functions.authorizer.app"
    wrong = run(script, AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001", TRUSTED_ISSUERS="[]")
    assert wrong.returncode != 0
    assert "ConfigurationError: TRUSTED_ISSUERS: a JSON array" in wrong.stderr
    right = run(script, AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001", TRUSTED_ISSUERS=json.dumps(ISSUERS))
    assert right.returncode == 0, right.stderr


def test_the_handler_is_wired_from_the_environment() -> None:
    """One authorizer for the life of the process; its log goes to standard output."""
    script = (
        "import json, functions.authorizer.app as app\n"
        "from tests.fakes.api_events import api_event\n"
        "for _ in range(2):\n"
        "    try: app.lambda_handler(api_event('rest-token', 'a.b.c'), None)\n"
        "    except Exception as error: assert str(error) == 'Unauthorized', error\n"
        "assert app.from_env.cache_info().misses == 1\n"
    )
    done = run(script, TRUSTED_ISSUERS=json.dumps(ISSUERS), POWERTOOLS_METRICS_NAMESPACE="Shop")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["reason"] for line in lines] == ["malformed_token"] * 2
    assert lines[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Shop"
