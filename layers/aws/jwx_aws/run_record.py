"""The record of scheduled runs, an item beside the key rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jwx.errors import KeyRingUnavailable
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

    def load(self) -> tuple[int | None, str | None]:
        """Both are None before the first run."""
        with failing_as(KeyRingUnavailable, "DynamoDB GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"issuer": {"S": _NAME}}, ConsistentRead=True
            )
        item: Any = answer.get("Item", {})
        at, after = item.get("last_success_at"), item.get("resume_after")
        return (int(at["N"]) if at else None, after["S"] if after else None)

    def save(self, *, last_success_at: int | None, resume_after: str | None) -> None:
        """Unconditional: two runs that overlap only repeat each other's harmless work."""
        item: Any = {"issuer": {"S": _NAME}}
        if last_success_at is not None:
            item["last_success_at"] = {"N": str(last_success_at)}
        if resume_after is not None:
            item["resume_after"] = {"S": resume_after}
        with failing_as(KeyRingUnavailable, "DynamoDB PutItem"):
            self._dynamodb.put_item(TableName=self._table, Item=item)
