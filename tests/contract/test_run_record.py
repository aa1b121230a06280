"""What every `RunRecord` keeps, the fake and DynamoDB alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from jwx.ports import Progress, RunRecord
from jwx_aws.run_record import DynamoRunRecord
from tests.fakes.run_record import FakeRunRecord

pytestmark = pytest.mark.slow  # the emulator has to start


@pytest.fixture(params=["fake", "dynamodb"])
def record(request: pytest.FixtureRequest) -> RunRecord:
    """A record before the first run."""
    if request.param == "fake":
        return FakeRunRecord()
    aws: Callable[[str], Any] = request.getfixturevalue("aws")
    table = f"runs-{uuid4().hex}"
    aws("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "issuer", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "issuer", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoRunRecord(aws("dynamodb"), table=table)


def test_nothing_is_known_before_the_first_run(record: RunRecord) -> None:
    """No success yet, and nowhere to resume."""
    assert record.load() == Progress()


@pytest.mark.parametrize(
    "progress",
    [
        Progress(last_success_at=1_800_000_000),
        Progress(resume_after="shop"),
        Progress(last_success_at=1_800_000_000, resume_after="shop", under_way=True),
        Progress(resume_after="shop", failed=True),
        Progress(),
    ],
)
def test_the_next_run_finds_what_this_one_left(record: RunRecord, progress: Progress) -> None:
    """All fields come back, and what is not set is forgotten."""
    record.save(Progress(last_success_at=1, resume_after="before", under_way=True, failed=True))
    record.save(progress)
    assert record.load() == progress
