"""The log lines and metrics of the journal, and what happens when nobody listens."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics
from botocore.exceptions import ClientError, EndpointConnectionError

from jwx.origin import Origin
from jwx.ports import KeyChange
from jwx_aws.events import AwsJournal

RETIRED = KeyChange(issuer="shop", kid="k-1", algorithm="ES256", change="Retired", at=7)

ORIGIN = Origin(requested_by="event", verb="revoke", issuer="shop", request_id="r-1", source="guard")


class Bus:
    """EventBridge with one answer to every call."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.entries: list[Any] = []

    def put_events(self, *, Entries: list[Any]) -> Any:  # noqa: N803 - boto3's own name
        self.entries += Entries
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


TAKEN = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


def journal_on(bus: Any, lines: io.StringIO) -> AwsJournal:
    return AwsJournal(
        bus,
        bus="stack",
        # Python keeps one logger for each name: a new name for each stream.
        logger=Logger(service=uuid4().hex, stream=lines, level="INFO"),
        new_metrics=lambda: EphemeralMetrics(namespace="Jwx", service="stack-rotation"),
    )


def told(answer: Any) -> list[dict[str, Any]]:
    lines = io.StringIO()
    journal_on(Bus(answer), lines).changed(RETIRED)
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_change_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The line has fields to search by, and stays alone: no other line, and no metric."""
    (line,) = told(TAKEN)
    assert capsys.readouterr().out == ""
    assert line["message"] == "signing_key_retired"
    assert (line["issuer"], line["kid"], line["algorithm"], line["at"]) == ("shop", "k-1", "ES256", 7)


@pytest.mark.parametrize(
    "answer",
    [
        ClientError({"Error": {"Code": "AccessDenied", "Message": "arn:aws:events:x"}}, "PutEvents"),
        EndpointConnectionError(endpoint_url="https://events.eu-central-1.amazonaws.com"),
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "arn:aws"}]},
    ],
    ids=["refused", "unreachable", "failed inside"],
)
def test_a_bus_that_fails_stops_no_rotation(answer: Any) -> None:
    """A second line says why the event was not sent, without an ARN, and nothing is raised."""
    lines = told(answer)
    assert [line["message"] for line in lines] == ["signing_key_retired", "event_not_sent"]
    assert "arn:" not in json.dumps(lines)


def test_metrics_carry_the_service_and_no_issuer(capsys: pytest.CaptureFixture[str]) -> None:
    """One embedded metric document a run; the issuer is a property, never a dimension that is billed."""
    journal_on(Bus(TAKEN), io.StringIO()).measured("shop", {"Steps": 3, "ActiveKeyAge": 86400})
    document = json.loads(capsys.readouterr().out)
    (directive,) = document["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Jwx"
    assert directive["Dimensions"] == [["service"]]
    assert document["service"] == "stack-rotation"
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        "Steps": "Count",
        "ActiveKeyAge": "Seconds",
    }
    assert (document["Steps"], document["ActiveKeyAge"]) == ([3.0], [86400.0])
    assert document["issuer"] == "shop"


def test_a_change_tells_who_asked_on_the_bus_and_in_the_log() -> None:
    """The same fields in both, so that either leads to the other and to CloudTrail."""
    lines, bus = io.StringIO(), Bus(TAKEN)
    journal_on(bus, lines).changed(replace(RETIRED, origin=ORIGIN))
    told = {"verb": "revoke", "requested_by": "event", "request_id": "r-1", "source": "guard"}
    (entry,) = bus.entries
    for seen in (json.loads(lines.getvalue()), json.loads(entry["Detail"])):
        assert told.items() <= seen.items()


def test_a_certificate_says_until_when() -> None:
    """Who listens can have it renewed in time; when it is taken away there is no time."""
    lines, bus = io.StringIO(), Bus(TAKEN)
    journal = journal_on(bus, lines)
    journal.changed(replace(RETIRED, change="Certified", certified_until=9))
    journal.changed(replace(RETIRED, change="Decertified"))
    assert [entry["DetailType"] for entry in bus.entries] == [
        "Signing Key Certified",
        "Signing Key Decertified",
    ]
    assert [json.loads(entry["Detail"]).get("certified_until") for entry in bus.entries] == [9, None]
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["message"] for line in told] == ["signing_key_certified", "signing_key_decertified"]


def test_a_verb_is_one_line() -> None:
    """What was asked of which issuer by whom, and the name of the refusal if it was refused."""
    lines = io.StringIO()
    journal = journal_on(Bus(TAKEN), lines)
    journal.asked(ORIGIN, None)
    journal.asked(ORIGIN, "UnknownKey")
    done, refused = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (done["message"], done["verb"], done["issuer"]) == ("verb_asked", "revoke", "shop")
    assert "refusal" not in done
    assert refused["refusal"] == "UnknownKey"


def test_a_warning_is_a_line_for_a_person() -> None:
    """It names the issuer and says what is the matter."""
    lines = io.StringIO()
    journal_on(Bus(TAKEN), lines).warned("shop", "copy: PublicationUnavailable")
    line = json.loads(lines.getvalue())
    assert (line["level"], line["issuer"]) == ("WARNING", "shop")
    assert line["message"] == "copy: PublicationUnavailable"
