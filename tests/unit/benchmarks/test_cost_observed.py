"""The cost model knows what the stack really does: nothing that template or code turned on is forgotten."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import pytest

from benchmarks.cost import observed
from benchmarks.cost.workload import Workload
from benchmarks.scheduled_run import scheduled_run
from jwx.authorization.outcomes import Outcome, OutcomeLog
from jwx.emf import metric_line
from jwx.issuing.token_request import TokenRequest
from jwx.publishing.publication import document, paths
from jwx.ring import ring_document
from jwx_aws.signing_audit import SigningAudit
from tests.fakes.powertools import logger_to
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService
from tests.unit.template.cloudformation import load

A_LINE = 26
"""Bytes that CloudWatch counts for each line besides its text."""


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The template as it stands."""
    return load()


def _near(figure: float, real: float) -> bool:
    """Not less than it is, and at the most a third more."""
    return real <= figure <= real * 4 / 3


def test_defaults_are_the_parameters(template: dict[str, Any]) -> None:
    """Whoever changes a default sees what it costs."""
    given = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    usual = Workload()
    assert usual.max_age == given["MaxAge"]
    assert usual.s_maxage == given["SMaxAge"]
    assert usual.rotation_period == given["RotationPeriod"]
    assert usual.lingering == given["Grace"] + given["MaxTokenLifetime"]
    assert usual.schedule == int(given["ReconcileMinutes"]) * 60
    assert usual.log_retention_days == given["LogRetentionDays"]
    assert usual.algorithms == len(given["Algorithms"].split(","))


def test_memory_is_what_each_function_has(template: dict[str, Any]) -> None:
    """The example is not in the bill."""
    resources, usual = template["Resources"], template["Globals"]["Function"]["MemorySize"]
    sizes = {
        name: resource["Properties"].get("MemorySize", usual) / 1024
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function" and name != "WhoamiFunction"
    }
    assert sizes.pop("JwksFunction") == observed.PUBLISHING_MEMORY_GB
    assert set(sizes.values()) == {observed.MEMORY_GB}


PAID_FOR = {
    "AWS::ApiGateway::GatewayResponse": "part of its API",
    "AWS::CloudFront::CachePolicy": "nothing",
    "AWS::CloudFront::Distribution": "CloudFront",
    "AWS::CloudFront::Function": "requests for what is no document, a tenth of a dollar a million",
    "AWS::CloudFront::OriginAccessControl": "nothing",
    "AWS::CloudFront::ResponseHeadersPolicy": "nothing",
    "AWS::CloudWatch::Alarm": "CloudWatch, metrics and alarms",
    "AWS::CloudWatch::Dashboard": "CloudWatch, metrics and alarms",
    "AWS::DynamoDB::Table": "DynamoDB",
    "AWS::Events::EventBus": "S3, EventBridge",
    "AWS::Events::Rule": "nothing",
    "AWS::IAM::Role": "nothing",
    "AWS::Lambda::Alias": "nothing",
    "AWS::Lambda::Permission": "nothing",
    "AWS::Logs::LogGroup": "CloudWatch, logs",
    "AWS::Logs::QueryDefinition": "what a query reads, when somebody asks one",
    "AWS::Route53::RecordSet": "nothing: answers of an alias to CloudFront are free",
    "AWS::S3::Bucket": "S3, EventBridge",
    "AWS::S3::BucketPolicy": "nothing",
    "AWS::SNS::Subscription": "mails, when there is an alarm",
    "AWS::SNS::Topic": "mails, when there is an alarm",
    "AWS::SNS::TopicPolicy": "nothing",
    "AWS::SQS::Queue": "messages, when something was given up",
    "AWS::SQS::QueuePolicy": "nothing",
    "AWS::Scheduler::Schedule": "S3, EventBridge",
    "AWS::Scheduler::ScheduleGroup": "nothing",
    "AWS::Serverless::Api": "API Gateway",
    "AWS::Serverless::Function": "Lambda",
    "AWS::Serverless::LayerVersion": "nothing",
}


def test_each_kind_of_resource_was_thought_of(template: dict[str, Any]) -> None:
    """A new kind, a secret or a web ACL say, has to find its place in the bill first."""
    assert {resource["Type"] for resource in template["Resources"].values()} == set(PAID_FOR)


def test_alarms_are_counted(template: dict[str, Any]) -> None:
    """Each is paid for, and none of them watches more than one metric, which would be paid for too."""
    alarms = [r for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == observed.ALARMS
    assert not any("Metrics" in alarm["Properties"] for alarm in alarms)


def test_a_ring_and_its_documents_are_as_large_as_said() -> None:
    """Two algorithms, an active and a standby key each."""
    service = TokenService()
    ring = service.open("ES256", "RS256", standby=True)
    assert _near(observed.RING_BYTES, len(ring_document.write(ring)))
    jwks = document(ring, "jwks.json", base_url=BASE_URL, now=service.clock())
    assert _near(observed.JWKS_BYTES, len(jwks))
    assert len(paths("default")) == observed.DOCUMENTS
    assert 2 * len(paths("default")) == observed.INVALIDATED_PATHS


def test_a_decision_and_a_document_log_as_much_as_said() -> None:
    """One line each, which is its metric at once."""
    lines: list[str] = []
    outcome = Outcome("allowed", "valid", BASE_URL, "k" * 43, "rest-request", "r" * 36, 0, True)
    OutcomeLog("Jwx", "production-issuer-authorizer", lines.append).record(outcome, 1.8e9)
    assert _near(observed.DECIDE_LOG, len(lines[0]) + A_LINE)
    dimensions = {"service": "production-issuer-jwks", "status": "200"}
    line = metric_line("Documents", 1, dimensions, namespace="Jwx", milliseconds=1_800_000_000_000)
    assert _near(observed.PUBLISH_LOG, len(line) + A_LINE)


def test_a_signature_logs_as_much_as_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each token, a metric for each call."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "production-issuer-signer")
    log, metrics, service = io.StringIO(), io.StringIO(), TokenService()
    service.open("ES256")
    audit = SigningAudit(logger_to(log))
    audit.signed(service.issuer().issue(TokenRequest.parse(REQUEST)))
    with redirect_stdout(metrics):
        audit.flush()
    assert _near(observed.SIGN_LOG, len(log.getvalue()) + A_LINE)
    assert _near(observed.SIGN_METRIC_LOG, len(metrics.getvalue()) + A_LINE)


def test_a_run_asks_as_much_as_said() -> None:
    """It reads the ring as often, and looks at each active and standby key in KMS."""
    run = scheduled_run()
    run.calls.clear()
    run.request()
    its_own_record = 1
    reads = run.calls["Scan"] + run.calls["GetItem"] - its_own_record
    assert reads == observed.RING_READS_A_RUN
    assert run.calls["PutItem"] == 2
    assert run.calls["kms.DescribeKey"] == 2 * 2
