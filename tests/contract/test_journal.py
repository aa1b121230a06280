"""What the journal tells, as listeners on the event bus get it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from jwx.ports import KeyChange
from jwx_aws.events import AwsJournal

pytestmark = pytest.mark.slow  # the emulator has to start

REVOKED = KeyChange(issuer="shop", kid="k-1", algorithm="ES256", change="Revoked", at=7, reason="leaked")
FORCED = KeyChange(issuer="shop", kid="k-2", algorithm="ES256", change="Activated", at=8, forced=True)


class Listener:
    """A queue behind a rule that takes every event of a bus."""

    def __init__(self, aws: Callable[[str], Any]) -> None:
        name = f"bus-{uuid4().hex}"
        self.bus = name
        self._sqs = aws("sqs")
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        events = aws("events")
        events.create_event_bus(Name=name)
        events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["jwx"]}))
        target = {"Id": "1", "Arn": arn["Attributes"]["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=name, Targets=[target])

    def heard(self) -> dict[str, Any]:
        """The next event."""
        messages = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=5)["Messages"]
        event: dict[str, Any] = json.loads(messages[0]["Body"])
        return event


def test_a_change_arrives_on_the_bus(aws: Callable[[str], Any]) -> None:
    """Source, detail type and detail are what the documentation promises to listeners."""
    listener = Listener(aws)
    journal = AwsJournal(aws("events"), bus=listener.bus, logger=quiet(), new_metrics=metrics)
    journal.changed(REVOKED)
    event = listener.heard()
    assert event["source"] == "jwx"
    assert event["detail-type"] == "Signing Key Revoked"
    assert event["detail"] == {
        "issuer": "shop",
        "kid": "k-1",
        "algorithm": "ES256",
        "at": 7,
        "reason": "leaked",
    }


def quiet() -> Logger:
    return Logger(service=uuid4().hex, stream=io.StringIO(), level=logging.INFO)


def metrics() -> EphemeralMetrics:
    return EphemeralMetrics(namespace="Jwx", service="rotation")


def test_a_forced_activation_says_so(aws: Callable[[str], Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Listeners and the alarm learn that a key signs before all caches can hold it."""
    listener = Listener(aws)
    journal = AwsJournal(aws("events"), bus=listener.bus, logger=quiet(), new_metrics=metrics)
    journal.changed(FORCED)
    assert listener.heard()["detail"]["forced"] is True
    assert json.loads(capsys.readouterr().out)["ForcedActivations"] == [1.0]
