"""Running it: what survives a mistake, who is told, how long logs are kept."""

import re
from typing import Any

import pytest

from tests.unit.template.cloudformation import Stack

Template = dict[str, Any]


def alarms(template: Template) -> list[str]:
    return [name for name, body in template["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"]


@pytest.mark.parametrize("name", ["KeyRingTable", "CopyBucket"])
def test_what_verifiers_need_survives(template: Template, name: str) -> None:
    """Neither deleting the stack nor replacing the resource deletes published keys."""
    resource = template["Resources"][name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_key_ring_can_be_restored(template: Template) -> None:
    """On demand, encrypted, with point-in-time recovery, and protected unless a parameter says otherwise."""
    table = Stack(template).resource("KeyRingTable")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert (
        Stack(template, DeletionProtection="off").resource("KeyRingTable")["DeletionProtectionEnabled"]
        is False
    )


def test_kept_tokens_are_encrypted_and_forgotten(template: Template) -> None:
    """By KMS and by TTL, and no backup or deleted stack keeps them; the embedded AWS does not show it."""
    body, table = template["Resources"]["ReplayTable"], Stack(template).resource("ReplayTable")
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}
    assert "PointInTimeRecoverySpecification" not in table
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_every_function_logs_with_an_end(template: Template) -> None:
    """Each function writes JSON to a log group of the template, which forgets."""
    stack = Stack(template)
    assert template["Globals"]["Function"]["LoggingConfig"]["LogFormat"] == "JSON"
    for name, body in template["Resources"].items():
        if body["Type"] == "AWS::Serverless::Function":
            group = stack.resource(name)["LoggingConfig"]["LogGroup"].strip("<>")
            assert (
                stack.resource(group)["LogGroupName"] == f"/aws/lambda/{stack.resource(name)['FunctionName']}"
            )
            assert stack.resource(group)["RetentionInDays"] == "90"


@pytest.mark.parametrize("minutes", ["1", "5", "15", "60"])
def test_heartbeat_follows_the_schedule(template: Template, minutes: str) -> None:
    """No success within twice the schedule, or no word at all, is an alarm; one late run is none."""
    stack = Stack(template, ReconcileMinutes=minutes)
    expression = stack.resource("RotationSchedule")["ScheduleExpression"]
    assert re.fullmatch(rf"rate\({minutes} minutes?\)", expression)
    heartbeat = stack.resource("HeartbeatAlarm")
    assert (heartbeat["MetricName"], heartbeat["Statistic"]) == ("SecondsSinceLastSuccessfulRun", "Minimum")
    assert heartbeat["Period"] == 2 * 60 * int(minutes)
    assert 0 < heartbeat["Threshold"] < 60 * int(minutes)  # between a run that succeeds and one that does not
    assert (heartbeat["EvaluationPeriods"], heartbeat["TreatMissingData"]) == (1, "breaching")


def test_every_alarm_tells_somebody(template: Template) -> None:
    """Alarms go to the topic, and the topic to the address that was given."""
    stack = Stack(template, AlarmsEmail="ops@example.com")
    for name in alarms(template):
        assert stack.resource(name)["AlarmActions"] == ["<AlarmTopic>"], name
        assert len(stack.resource(name)["AlarmDescription"]) > 20, name
    assert stack.holds("HasEmail")
    assert stack.resource("AlarmSubscription")["Endpoint"] == "ops@example.com"


def test_what_was_given_up_is_kept(template: Template) -> None:
    """The schedule, the rule and the function's own retries all end in one watched queue."""
    stack = Stack(template)
    queue = "<DeadLetters.Arn>"
    assert stack.resource("RotationSchedule")["Target"]["DeadLetterConfig"]["Arn"] == queue
    assert stack.resource("RevocationRule")["Targets"][0]["DeadLetterConfig"]["Arn"] == queue
    invokes = stack.resource("RotationFunction")["EventInvokeConfig"]
    assert invokes["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert stack.resource("DeadLetters")["SqsManagedSseEnabled"] is True
    assert stack.resource("DeadLetterAlarm")["Threshold"] == 0


def test_bus_takes_revocations_only(template: Template) -> None:
    """Of this account, and nothing but the one request; the function reads no verb from an event."""
    pattern = Stack(template).resource("RevocationRule")["EventPattern"]
    assert pattern == {"account": ["111122223333"], "detail-type": ["Signing Key Revocation Requested"]}


@pytest.mark.parametrize(("name", "where"), [("DeadLettersPolicy", "Queues"), ("AlarmTopicPolicy", "Topics")])
def test_plain_http_is_refused(template: Template, name: str, where: str) -> None:
    """Queue and topic take TLS only, but in the embedded AWS, which has none."""
    for local, denied in (("", 1), ("http://localhost:80", 0)):
        policy = Stack(template, LocalIssuerUrl=local).resource(name)
        assert len(policy[where]) == 1
        assert sum(s["Effect"] == "Deny" for s in policy["PolicyDocument"]["Statement"]) == denied


def test_extras_cost_nothing_until_asked_for(template: Template) -> None:
    """Reserved concurrency and traces are off by default."""
    stack = Stack(template)
    assert "ReservedConcurrentExecutions" not in stack.resource("RotationFunction")
    assert stack.value(template["Globals"]["Function"]["Tracing"]) == "PassThrough"
