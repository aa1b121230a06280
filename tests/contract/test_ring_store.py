"""What every `RingStore` keeps, the fake and DynamoDB alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from jwx.errors import LostRace
from jwx.ports import RingStore
from jwx.ring.keyring import Birth, KeyRing
from jwx.ring.policy import RotationPolicy
from jwx_aws.dynamodb import DynamoRingStore
from tests.fakes.ring_store import FakeRingStore

pytestmark = pytest.mark.slow  # the emulator has to start


@pytest.fixture(scope="module")
def table(aws: Callable[[str], Any]) -> Iterator[str]:
    """A table with the key schema of the template."""
    name = f"rings-{uuid4().hex}"
    aws("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "issuer", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "issuer", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    aws("dynamodb").delete_table(TableName=name)


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[RingStore]:
    """An empty store."""
    if request.param == "fake":
        yield FakeRingStore()
        return
    dynamodb, table = request.getfixturevalue("aws")("dynamodb"), request.getfixturevalue("table")
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={"issuer": item["issuer"]})
    yield DynamoRingStore(dynamodb, table=table)


def ring(issuer: str = "default") -> KeyRing:
    return KeyRing(issuer=issuer, policy=RotationPolicy(), created_at=1_800_000_000)


def test_nothing_is_loaded_before_anything_was_saved(store: RingStore) -> None:
    """An issuer without a ring is None, not an error."""
    assert store.load("default") is None


def test_what_was_saved_is_loaded(store: RingStore) -> None:
    """A ring comes back as it was saved, with the version that `save` answered."""
    saved = store.save(ring())
    assert store.load("default") == saved == replace(ring(), version=saved.version)


def test_a_change_needs_the_version_that_is_stored(store: RingStore) -> None:
    """Whoever read before the last write loses the race, and the ring stays as the winner wrote it."""
    first = store.save(ring())
    second = store.save(replace(first, created_at=1))
    with pytest.raises(LostRace):
        store.save(replace(first, created_at=2))
    assert store.load("default") == second


def test_a_new_ring_does_not_replace_one(store: RingStore) -> None:
    """A ring without a version is saved only where there is none."""
    first = store.save(ring())
    with pytest.raises(LostRace):
        store.save(ring())
    assert store.load("default") == first


def test_a_ring_that_is_gone_is_not_written_again(store: RingStore) -> None:
    """A version of a ring that the store does not hold loses the race as well."""
    with pytest.raises(LostRace):
        store.save(replace(ring(), version="7-00000000"))


def test_a_version_counts_up_and_does_not_repeat(store: RingStore) -> None:
    """The counter grows by one with each write, and the epoch behind it is new each time."""
    versions = [store.save(ring()).version]
    for _ in range(5):
        loaded = store.load("default")
        assert loaded
        versions.append(store.save(loaded).version)
    assert [v.partition("-")[0] for v in versions] == ["1", "2", "3", "4", "5", "6"]
    assert len({v.partition("-")[2] for v in versions}) == 6


def test_issuers_are_all_listed_once(store: RingStore) -> None:
    """Each issuer's name comes once, however many there are."""
    names = {"default", *(f"issuer-{n}" for n in range(30))}
    for name in names:
        store.save(ring(name))
    listed = list(store.issuers())
    assert len(listed) == len(names)
    assert set(listed) == names


def test_a_listing_is_resumed_behind_a_name(store: RingStore) -> None:
    """From `after` on come exactly those that had followed it."""
    for n in range(10):
        store.save(ring(f"issuer-{n}"))
    listed = list(store.issuers())
    assert list(store.issuers(after=listed[3])) == listed[4:]


def test_a_restored_ring_says_so_until_it_is_cleared(store: RingStore) -> None:
    """Saving a restored ring for another reason does not make it trusted; saving it as checked does."""
    checked = store.save(ring())
    suspect = store.save(replace(checked, restored=True, births=(_birth(),)))
    loaded = store.load("default")
    assert loaded == suspect
    assert loaded.restored
    store.save(replace(loaded, restored=False))
    cleared = store.load("default")
    assert cleared
    assert not cleared.restored


def _birth() -> Birth:
    return Birth(operation="op-1", algorithm="ES256", started_at=1_800_000_001)
