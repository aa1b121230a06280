"""The port `Replays`: the fake and Powertools on DynamoDB keep the same promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from jwx.errors import InvalidRequest, NoActiveKey, SigningUnavailable
from jwx.issuing.replay import Replays
from jwx_aws.replays import DynamoReplays
from tests.fakes.clock import FakeClock
from tests.fakes.replays import FakeReplays

pytestmark = pytest.mark.slow  # the emulator has to start

TABLE = "replays"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        yield client


@pytest.fixture(params=["fake", "dynamodb"])
def replays(request: pytest.FixtureRequest) -> Replays:
    if request.param == "fake":
        return FakeReplays(FakeClock())
    return DynamoReplays(request.getfixturevalue("dynamodb"), table=TABLE)


def _once(
    replays: Replays, make: Callable[[], dict[str, Any]], *, key: str = "k", payload: str = "p"
) -> dict[str, Any]:
    return replays.once(key=key, payload=payload, seconds=300, seconds_left=lambda: 30, make=make)


def test_an_answer_is_made_once(replays: Replays) -> None:
    """The second call gets the first one's, and another key its own."""
    made = iter([{"n": 1, "t": "ey"}, {"n": 2, "t": "ey"}])
    assert _once(replays, lambda: next(made)) == {"n": 1, "t": "ey"}
    assert _once(replays, lambda: next(made)) == {"n": 1, "t": "ey"}
    assert _once(replays, lambda: next(made), key="other") == {"n": 2, "t": "ey"}


def test_another_payload_is_refused(replays: Replays) -> None:
    """The caller made a mistake, and must hear of it."""
    _once(replays, dict)
    with pytest.raises(InvalidRequest, match="another request"):
        _once(replays, dict, payload="q")


def test_a_failure_is_not_kept(replays: Replays) -> None:
    """The error comes through as it is, and a retry starts anew."""

    def fail() -> dict[str, Any]:
        raise NoActiveKey("none")

    with pytest.raises(NoActiveKey):
        _once(replays, fail)
    assert _once(replays, lambda: {"n": 1}) == {"n": 1}


def test_a_second_call_meanwhile_may_try_again(replays: Replays) -> None:
    """It is told so as a busy KMS would."""

    def first() -> dict[str, Any]:
        with pytest.raises(SigningUnavailable, match="under way") as busy:
            _once(replays, dict)
        assert busy.value.throttled
        return {"n": 1}

    assert _once(replays, first) == {"n": 1}


def test_a_table_that_is_not_there_is_told_without_arns(dynamodb: Any) -> None:
    """Better no token than one that a retry doubles."""
    with pytest.raises(SigningUnavailable, match="nothing can be kept") as refused:
        _once(DynamoReplays(dynamodb, table="nowhere"), dict)
    assert "arn:" not in str(refused.value)


def test_records_are_gone_by_ttl(dynamodb: Any) -> None:
    """DynamoDB deletes by the attribute `expiration`, in epoch seconds."""
    _once(DynamoReplays(dynamodb, table=TABLE), lambda: {"t": "ey"})
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert int(item["expiration"]["N"]) > 1_700_000_000
    assert item["id"]["S"].startswith("token#")
