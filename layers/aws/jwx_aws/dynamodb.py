"""Key rings in DynamoDB: one item an issuer, written whole under a condition on its version.

One item is atomic without a transaction. Its `home` is the name of the table it was written to: a table that
was restored from a backup comes back under another name, and its rings, which may be out of date, show it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from jwx.errors import KeyRingUnavailable, LostRace, TooManyKeys
from jwx.ring import ring_document
from jwx.ring.keyring import KeyRing
from jwx_aws.aws_errors import failing_as

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOT_ISSUERS: Final = "#"
"""First character of keys that are no names of issuers."""

ROOM_FOR_KEYS: Final = 300 * 1024
ROOM: Final = 399 * 1024
"""An item holds 400 KB. New keys get less than all of it, so that no revocation, of keys or of
the most tokens, is refused for size."""

_MOST_KEPT: Final = 100
_NOWHERE: Final = "-"
_LOST: Final = "ConditionalCheckFailedException"


class DynamoRingStore:
    """The port `RingStore`. A version is a counter and a random epoch: a restored table repeats none."""

    def __init__(
        self,
        dynamodb: DynamoDBClient,
        *,
        table: str,
        new_epoch: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._new_epoch = new_epoch
        self._kept: dict[str, KeyRing] = {}

    def load(self, issuer: str) -> KeyRing | None:
        """Strongly consistent: decisions follow from it."""
        with failing_as(KeyRingUnavailable, "DynamoDB GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"issuer": {"S": issuer}}, ConsistentRead=True
            )
        item: Any = answer.get("Item")
        return None if item is None else self._read(issuer, item)

    def save(self, ring: KeyRing) -> KeyRing:
        """A ring that still says `restored` keeps saying so: only who checked it against KMS clears that."""
        saved = replace(ring, version=self._following(ring.version))
        item = {
            "issuer": {"S": ring.issuer},
            "version": {"S": saved.version},
            "home": {"S": _NOWHERE if ring.restored else self._table},
            "document": {"S": _fitting(ring)},
        }
        try:
            with failing_as(KeyRingUnavailable, "DynamoDB PutItem", but={_LOST}):
                self._put(item, replaces=ring.version)
        except ClientError as error:
            there: Any = error.response
            if there.get("Item", {}).get("version") != item["version"]:
                raise LostRace(f"issuer: {ring.issuer!r} was changed by somebody else") from None
            # Our own write: its answer was lost on the way, and botocore tried again.
        return saved

    def issuers(self, after: str | None = None) -> Iterator[str]:
        """In the table's own order, which stays the same while items come and go."""
        position: Any = {"ExclusiveStartKey": {"issuer": {"S": after}}} if after is not None else {}
        while True:
            with failing_as(KeyRingUnavailable, "DynamoDB Scan"):
                page = self._dynamodb.scan(
                    TableName=self._table, ProjectionExpression="issuer", ConsistentRead=True, **position
                )
            names = (item["issuer"]["S"] for item in page["Items"])
            yield from (name for name in names if not name.startswith(NOT_ISSUERS))
            if "LastEvaluatedKey" not in page:
                return
            position = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _read(self, issuer: str, item: Any) -> KeyRing:
        """A version stands for one document: what was read once is not read anew while it is the same."""
        version, restored = item["version"]["S"], item["home"]["S"] != self._table
        kept = self._kept.get(issuer)
        if kept is not None and (kept.version, kept.restored) == (version, restored):
            return kept
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        ring = ring_document.read(item["document"]["S"], version=version, restored=restored)
        self._kept[issuer] = ring
        return ring

    def _put(self, item: Any, *, replaces: str) -> None:
        condition: Any = {"ConditionExpression": "attribute_not_exists(issuer)"}
        if replaces:
            condition = {
                "ConditionExpression": "#version = :replaced",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":replaced": {"S": replaces}},
            }
        self._dynamodb.put_item(
            TableName=self._table, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **condition
        )

    def _following(self, version: str) -> str:
        return f"{int(version.partition('-')[0] or 0) + 1}-{self._new_epoch()}"


def _fitting(ring: KeyRing) -> str:
    """The document, refused where another key would leave too little room for what must always fit."""
    document = ring_document.write(ring)
    grows = any(birth.key_arn is None for birth in ring.births)
    room = ROOM_FOR_KEYS if grows else ROOM
    if len(document) > room:
        raise TooManyKeys(
            f"the key ring of {ring.issuer!r} would take {len(document)} bytes; {room} are allowed: "
            "rotate less often, or use algorithms with smaller keys"
        )
    return document
