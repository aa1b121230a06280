"""What DynamoDB adds to the contract of a ring store: the home, lost answers, the item's size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from jwx.errors import KeyRingUnavailable, LostRace, TooManyKeys
from jwx.ports import Progress
from jwx.ring.keyring import Birth, KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx_aws.dynamodb import ROOM_FOR_KEYS, DynamoRingStore
from jwx_aws.run_record import DynamoRunRecord

pytestmark = pytest.mark.slow  # moto has to start


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    """DynamoDB with two tables, `mine` and the one that a restore made."""
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        for name in ("mine", "restored"):
            client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "issuer", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "issuer", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield client


def ring(**changes: Any) -> KeyRing:
    return replace(KeyRing(issuer="default", policy=RotationPolicy(), created_at=1), **changes)


def large_ring(size: int, **changes: Any) -> KeyRing:
    key = SigningKey(kid="k", algorithm="ES256", jwk={"x": "A" * size}, created_at=1)
    return ring(keys=(key,), **changes)


def test_a_ring_of_another_table_is_restored(dynamodb: Any) -> None:
    """A table that a backup was restored to holds rings that say where they were written."""
    DynamoRingStore(dynamodb, table="mine").save(ring())
    item = dynamodb.get_item(TableName="mine", Key={"issuer": {"S": "default"}})["Item"]
    dynamodb.put_item(TableName="restored", Item=item)
    restored = DynamoRingStore(dynamodb, table="restored")
    loaded = restored.load("default")
    assert loaded
    assert loaded.restored
    restored.save(replace(loaded, restored=False))
    checked = restored.load("default")
    assert checked
    assert not checked.restored


class ShortPages:
    """A client whose pages hold two items each, as if items were large."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def scan(self, **arguments: Any) -> Any:
        return self._dynamodb.scan(**arguments, Limit=2)


def test_a_listing_goes_on_behind_its_first_page(dynamodb: Any) -> None:
    """DynamoDB answers at most 1 MB at once; every issuer is named, each once."""
    names = {f"issuer-{n}" for n in range(7)}
    for name in names:
        DynamoRingStore(dynamodb, table="mine").save(ring(issuer=name))
    pages: Any = ShortPages(dynamodb)
    listed = list(DynamoRingStore(pages, table="mine").issuers())
    assert len(listed) == 7
    assert set(listed) == names


class LosesAnswers:
    """A client whose every write happens twice, as when botocore retries after a lost answer."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def put_item(self, **arguments: Any) -> Any:
        self._dynamodb.put_item(**arguments)
        return self._dynamodb.put_item(**arguments)


def test_a_write_whose_answer_was_lost_is_no_lost_race(dynamodb: Any) -> None:
    """The retried write finds its own version stored, and knows it for its own."""
    written = DynamoRingStore(LosesAnswers(dynamodb), table="mine").save(ring())  # type: ignore[arg-type]
    assert DynamoRingStore(dynamodb, table="mine").load("default") == written


def test_two_writers_of_one_version_do_not_mistake_each_other(dynamodb: Any) -> None:
    """The random epoch tells a rival's write with the same counter from one's own."""
    store = DynamoRingStore(dynamodb, table="mine")
    first = store.save(ring())
    store.save(replace(first, created_at=2))
    with pytest.raises(LostRace):
        store.save(replace(first, created_at=3))


def test_a_ring_without_room_for_another_key_is_refused(dynamodb: Any) -> None:
    """The intent to make a key is refused with both sizes, and nothing is written."""
    store = DynamoRingStore(dynamodb, table="mine")
    birth = Birth(operation="op", algorithm="ES256", started_at=1)
    with pytest.raises(TooManyKeys, match=rf"default.*{ROOM_FOR_KEYS} are allowed"):
        store.save(large_ring(ROOM_FOR_KEYS, births=(birth,)))
    assert store.load("default") is None


def test_a_full_ring_can_still_revoke(dynamodb: Any) -> None:
    """What makes no new key has room left where a new key would be refused."""
    store = DynamoRingStore(dynamodb, table="mine")
    saved = store.save(large_ring(ROOM_FOR_KEYS))
    assert store.save(saved.with_key("k", revoked_at=2)).keys[0].revoked_at == 2


def test_a_ring_over_the_size_of_an_item_is_refused(dynamodb: Any) -> None:
    """DynamoDB would refuse it with an error that names no cause."""
    with pytest.raises(TooManyKeys):
        DynamoRingStore(dynamodb, table="mine").save(large_ring(400 * 1024))


class Unreachable:
    """A client whose every call times out or is refused."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _: str) -> Any:
        def call(**__: Any) -> Any:
            raise self._error

        return call


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://dynamodb.eu-central-1.amazonaws.com"),
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:iam::1:role/x"}}, "x"),
    ],
    ids=["time-out", "refusal"],
)
def test_an_outage_is_one_typed_error(error: Exception) -> None:
    """Whatever keeps the table out of reach is KeyRingUnavailable, without an ARN."""
    broken: Any = Unreachable(error)
    store, record = DynamoRingStore(broken, table="mine"), DynamoRunRecord(broken, table="mine")
    for call in (
        lambda: store.load("default"),
        lambda: store.save(ring()),
        lambda: list(store.issuers()),
        record.load,
        lambda: record.save(Progress(last_success_at=1)),
    ):
        with pytest.raises(KeyRingUnavailable) as failed:
            call()
        assert "arn:" not in str(failed.value)


def test_a_document_of_a_newer_release_is_unavailable_not_misread(dynamodb: Any) -> None:
    """A function of the old release beside one of the new refuses what it does not understand."""
    store = DynamoRingStore(dynamodb, table="mine")
    store.save(ring())
    dynamodb.update_item(
        TableName="mine",
        Key={"issuer": {"S": "default"}},
        UpdateExpression="SET document = :d",
        ExpressionAttributeValues={":d": {"S": '{"schema":2}'}},
    )
    with pytest.raises(KeyRingUnavailable, match="schema 2"):
        store.load("default")


def test_the_run_record_is_no_issuer(dynamodb: Any) -> None:
    """It shares the table with the rings and is not listed among them."""
    DynamoRunRecord(dynamodb, table="mine").save(Progress(last_success_at=1))
    assert list(DynamoRingStore(dynamodb, table="mine").issuers()) == []


def test_a_ring_is_read_anew_only_when_its_version_changed(dynamodb: Any) -> None:
    """Every load asks DynamoDB, but only another version is parsed; the same one gives the same object."""
    store = DynamoRingStore(dynamodb, table="mine")
    first = store.save(ring())
    again = store.load("default")
    assert store.load("default") is again
    store.save(first)
    assert store.load("default") is not again
