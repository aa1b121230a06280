"""Powertools' idempotency on DynamoDB, as the signer relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from jwx.errors import InvalidRequest, NoActiveKey, SigningUnavailable
from jwx_aws.replays import DynamoReplays

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


def _once(dynamodb: Any, make: Any, *, key: str = "k", payload: str = "p", table: str = TABLE) -> Any:
    replays = DynamoReplays(dynamodb, table=table)
    return replays.once(key=key, payload=payload, seconds=300, seconds_left=lambda: 30, make=make)


def test_an_answer_is_made_once(dynamodb: Any) -> None:
    """The second call gets the first one's, whichever process asks."""
    made = iter([{"n": 1, "t": "ey"}, {"n": 2, "t": "ey"}])
    assert _once(dynamodb, lambda: next(made)) == {"n": 1, "t": "ey"}
    assert _once(dynamodb, lambda: next(made)) == {"n": 1, "t": "ey"}
    assert _once(dynamodb, lambda: next(made), key="other") == {"n": 2, "t": "ey"}


def test_another_payload_is_refused(dynamodb: Any) -> None:
    """The caller made a mistake, and must hear of it."""
    _once(dynamodb, dict)
    with pytest.raises(InvalidRequest, match="another request"):
        _once(dynamodb, dict, payload="q")


def test_a_failure_is_not_kept(dynamodb: Any) -> None:
    """The error comes through as it is, and a retry starts anew."""

    def fail() -> dict[str, Any]:
        raise NoActiveKey("none")

    with pytest.raises(NoActiveKey):
        _once(dynamodb, fail)
    assert _once(dynamodb, lambda: {"n": 1}) == {"n": 1}


def test_a_second_call_meanwhile_may_try_again(dynamodb: Any) -> None:
    """It is told so as a busy KMS would."""

    def second() -> dict[str, Any]:
        with pytest.raises(SigningUnavailable, match="under way") as busy:
            _once(dynamodb, dict)
        assert busy.value.throttled
        return {"n": 1}

    assert _once(dynamodb, second) == {"n": 1}


def test_a_table_that_is_not_there_is_told_without_arns(dynamodb: Any) -> None:
    """Better no token than one that a retry doubles."""
    with pytest.raises(SigningUnavailable, match="nothing can be kept") as refused:
        _once(dynamodb, dict, table="nowhere")
    assert "arn:" not in str(refused.value)


def test_records_are_gone_by_ttl(dynamodb: Any) -> None:
    """DynamoDB deletes by the attribute `expiration`, in epoch seconds."""
    _once(dynamodb, lambda: {"t": "ey"})
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert int(item["expiration"]["N"]) > 1_700_000_000
    assert item["id"]["S"].startswith("token#")
