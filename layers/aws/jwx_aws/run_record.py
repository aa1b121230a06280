"""The record of scheduled runs, an item beside the key rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jwx.errors import KeyRingUnavailable
from jwx.ports import Progress
from jwx_aws.aws_errors import failing_as
from jwx_aws.dynamodb import NOT_ISSUERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NAME: Final = f"{NOT_ISSUERS}run"


class DynamoRunRecord:
    """The port `RunRecord`."""

    def __init__(self, dynamodb: DynamoDBClient, *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def load(self) -> Progress:
        """An empty one before the first run."""
        with failing_as(KeyRingUnavailable, "DynamoDB GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"issuer": {"S": _NAME}}, ConsistentRead=True
            )
        item: Any = answer.get("Item", {})
        at, after = item.get("last_success_at"), item.get("resume_after")
        return Progress(
            last_success_at=int(at["N"]) if at else None,
            resume_after=after["S"] if after else None,
            under_way="under_way" in item,
            failed="failed" in item,
        )

    def save(self, progress: Progress) -> None:
        """Unconditional: two runs that overlap only repeat each other's harmless work."""
        item: Any = {"issuer": {"S": _NAME}}
        if progress.last_success_at is not None:
            item["last_success_at"] = {"N": str(progress.last_success_at)}
        if progress.resume_after is not None:
            item["resume_after"] = {"S": progress.resume_after}
        item |= {name: {"BOOL": True} for name in ("under_way", "failed") if getattr(progress, name)}
        with failing_as(KeyRingUnavailable, "DynamoDB PutItem"):
            self._dynamodb.put_item(TableName=self._table, Item=item)
