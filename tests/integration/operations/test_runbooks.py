"""Each runbook is worked through once, by its own commands, on a fault that was really made."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.clients import Clients
from local.identities import ANYTHING, create_user
from local.place import free_ports
from local.stack import Stack
from local.story import tampered
from tests.docs.commands import Page
from tests.fakes.api_events import api_event
from tests.integration.operations.busy_kms import BusyKms, busy_kms
from tests.integration.operations.operator import Operator

pytestmark = pytest.mark.xdist_group("runbooks")


@pytest.fixture(scope="module")
def operator(stack: Stack) -> Operator:
    """On duty, with an issuer that nobody else touches."""
    identity = create_user(stack.place, f"on-duty-{os.getpid()}", ANYTHING)
    issuer = f"runbooks-{os.getpid()}"
    stack.rotation("create_issuer", issuer=issuer, policy={"algorithms": ["ES256"]})
    return Operator(stack, identity, {"ISSUER": issuer, "STACK": stack.place.stack_name})


@pytest.fixture
def kms(stack: Stack) -> Iterator[BusyKms]:
    """KMS, with a door."""
    with busy_kms(stack.place.aws_url) as door:
        yield door


def test_a_compromised_key_is_taken_out(operator: Operator) -> None:
    """Its token is refused, its successor signs, and the log tells the whole life of the key."""
    page = Page("operations/key-compromised.md")
    caught = operator.knows(KID=operator.active(), TOKEN=operator.token())
    assert "active " in caught.jwx(page.line("jwx status"))
    assert "It is out" in caught.jwx(page.line("jwx revoke"))
    caught.jwx(page.line("jwx rotate"))
    assert "Refused (unknown_key)" in caught.jwx(page.line("jwx inspect"), code=1)
    assert caught.active() != caught.words["KID"]
    assert caught.token()


def test_a_wrong_token_is_explained_and_the_log_agrees(
    operator: Operator, default_issuer: Stack, administrator: Clients
) -> None:
    """Command line, API and the authorizer's log agree on a good, a strange and a forged token."""
    line = Page("operations/wrong-token.md").line("jwx inspect")
    good = default_issuer.sign({"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"})["token"]
    asked = operator.knows(AUDIENCE="api://orders")
    assert "Accepted" in asked.knows(TOKEN=good).jwx(line)
    assert default_issuer.call_api("/orders", good).status == 200
    assert "Refused (bad_signature)" in asked.knows(TOKEN=tampered(good)).jwx(line, code=1)
    assert default_issuer.call_api("/orders", tampered(good)).status == 401
    assert "Refused (wrong_audience)" in asked.knows(TOKEN=good, AUDIENCE="api://x").jwx(line, code=1)
    assert "bad_signature" in _logged(administrator, default_issuer, "authorizer", "reason")


def _logged(administrator: Clients, stack: Stack, function: str, field: str) -> list[Any]:
    group = f"/aws/lambda/{stack.place.stack_name}-{function}"
    events = administrator.logs.filter_log_events(logGroupName=group, startTime=int(time.time() - 600) * 1000)
    lines = [json.loads(e["message"]) for e in events["events"] if e["message"].startswith("{")]
    return [line[field] for line in lines if field in line]


def test_a_throttled_kms_is_counted_and_recovers(
    operator: Operator,
    runtime_of: Callable[..., Any],
    kms: BusyKms,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A few throttles are retried away; many end as SigningUnavailable; then all is well."""
    signer = runtime_of("signer", AWS_ENDPOINT_URL_KMS=kms.url, AWS_LAMBDA_FUNCTION_TIMEOUT="5")
    request = {"claims": {"sub": "a", "aud": "b"}, "issuer": operator.words["ISSUER"]}
    kms.refuse("Sign", "ThrottlingException", times=3)
    assert signer.invoke(request)["token"]
    assert kms.refusals == 0
    printed = [log.read_text() for log in tmp_path_factory.getbasetemp().glob("signer*/*.log")]
    assert '"KmsThrottles":[3.0]' in "".join(printed)
    kms.refuse("Sign", "ThrottlingException", times=10_000)
    assert signer.invoke({"tokens": [request] * 2})["tokens"][0]["error"] == "SigningUnavailable"
    kms.refuse("Sign", "", times=0)
    assert signer.invoke(request)["token"]
    page = Page("operations/kms-throttled.md")
    assert operator.jwx(page.line("jwx token")).count(".") == 2
    assert "active" in operator.jwx(page.line("jwx status"))


def test_a_rotation_counts_what_kms_throttles(
    operator: Operator,
    runtime_of: Callable[..., Any],
    kms: BusyKms,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The run succeeds by its retries, and the dashboard shows what they hide."""
    rotation = runtime_of("rotation", AWS_ENDPOINT_URL_KMS=kms.url)
    kms.refuse("DescribeKey", "ThrottlingException", times=1)
    answer = rotation.invoke({"action": "reconcile", "issuer": operator.words["ISSUER"]})
    assert (kms.refusals, "warnings" in answer) == (0, False)
    printed = [log.read_text() for log in tmp_path_factory.getbasetemp().glob("rotation*/*.log")]
    assert '"KmsThrottles":[1.0]' in "".join(printed)


def test_a_quota_leaves_what_the_next_run_finishes(
    operator: Operator, runtime_of: Callable[..., Any], kms: BusyKms
) -> None:
    """No more keys may be made: the answer says so, and nothing is asked of anybody once they may again."""
    rotation = runtime_of("rotation", AWS_ENDPOINT_URL_KMS=kms.url)
    issuer = f"quota-{os.getpid()}"
    kms.refuse("CreateKey", "LimitExceededException", times=10_000)
    made = rotation.invoke({"action": "create_issuer", "issuer": issuer, "policy": {"algorithms": ["ES256"]}})
    assert "LimitExceeded" in str(made["warnings"])
    page = Page("operations/quota-raise.md")
    assert "make a KMS key" in operator.knows(ISSUER=issuer).jwx(page.line("jwx plan"))
    kms.refuse("CreateKey", "", times=0)
    again = rotation.invoke({"action": "reconcile", "issuer": issuer})
    assert "warnings" not in again
    assert {"active", "pending"} <= {key["state"] for key in again["keys"]}


def test_a_region_that_is_down_stops_no_token_of_the_other(
    operator: Operator, default_issuer: Stack, runtime_of: Callable[..., Any]
) -> None:
    """Of two trusted issuers one cannot be reached: that is nothing to the other's tokens."""
    (dead,) = free_ports(1)
    own = {"issuer": default_issuer.outputs["IssuerUrl"], "audiences": ["api://orders"]}
    lost = {"issuer": f"http://localhost:{dead}", "audiences": ["api://orders"]}
    authorizer = runtime_of("authorizer", TRUSTED_ISSUERS=json.dumps([lost, own]))
    token = default_issuer.sign({"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"})["token"]
    assert authorizer.invoke(api_event("rest-request", token))["principalId"] == "svc-1"
    elsewhere = runtime_of("authorizer", TRUSTED_ISSUERS=json.dumps([own | {"jwks_uri": lost["issuer"]}]))
    assert "keys_unavailable" in str(elsewhere.invoke(api_event("rest-request", token)))
    page = Page("operations/region-down.md")
    assert operator.jwx(page.line("jwx token")).count(".") == 2
    assert "UTC" in operator.jwx(page.line("jwx plan"))
