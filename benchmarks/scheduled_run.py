"""The rotation's journey while nothing is due, as nearly all of its runs are."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import redirect_stdout
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from benchmarks.instant_aws import TABLE, Dynamo, Nowhere
from benchmarks.journey import Journey
from jwx.verbs.rotating import Rotating
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.events import AwsJournal
from jwx_aws.run_record import DynamoRunRecord
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.token_service import TokenService

EVENT: Final = {"source": "aws.scheduler", "detail-type": "Scheduled Event"}


def scheduled_run() -> Journey:
    """A scheduled run while nothing is due, as nearly all of them are; its line and metrics included."""
    calls: Counter[str] = Counter()
    service = TokenService()
    service.calls.before = lambda name: calls.update([name])
    ring = service.open("ES256", "RS256", standby=True)
    dynamo = Dynamo(ring, calls)
    store = DynamoRingStore(dynamo, table=TABLE)  # type: ignore[arg-type]
    rotation = Rotating(
        store=store,
        keys=service.keys,
        prober=FakeProber(store, service.signer),
        publication=FakePublication(store, service.clock, service.calls),
        journal=_journal(),
        record=DynamoRunRecord(dynamo, table=TABLE),  # type: ignore[arg-type]
        default_policy=ring.policy,
        clock=service.clock,
        sleep=service.clock.sleep,
        new_operation=lambda: "none",
    )
    document = dynamo.item["document"]["S"]

    def request() -> object:
        service.calls.names.clear()
        with redirect_stdout(Nowhere()):  # where the metrics go
            answer = rotation.answer(EVENT, remaining=lambda: 300.0)
        if answer["failed"] or not answer["complete"]:
            raise RuntimeError(f"the run failed: {answer}")
        return answer

    request()  # does what was due after the ring was made
    return Journey(
        name="rotate, nothing due",
        request=request,
        floor=lambda: json.loads(document),
        floor_is="parsing the ring's JSON once",
        calls=calls,
        asks={"Scan": 1, "GetItem": 4, "PutItem": 2, "kms.DescribeKey": 4, "tagging.GetResources": 1},
    )


def _journal() -> AwsJournal:
    """It tells the log and the metrics; a run that changes nothing sends no event."""
    nowhere: Any = Nowhere()
    no_bus: Any = None
    return AwsJournal(
        no_bus,
        bus="jwx",
        logger=Logger(service="bench", stream=nowhere),
        new_metrics=lambda: EphemeralMetrics(namespace="Jwx", service="bench"),
    )
