"""Powertools' idempotency on DynamoDB: one record a key, gone by TTL, the table encrypted by a KMS key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)

from jwx.errors import InvalidRequest, SigningUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class _Time:
    """Lambda's context, as far as Powertools asks it: a call that died must not block its retries."""

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left

    def get_remaining_time_in_millis(self) -> int:
        return max(1, int(self._seconds_left() * 1000))


class DynamoReplays:
    """The port `jwx.issuing.replay.Replays`."""

    def __init__(self, dynamodb: DynamoDBClient, *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def once(
        self,
        *,
        key: str,
        payload: str,
        seconds: int,
        seconds_left: Callable[[], float],
        make: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """See the port."""

        def answer(*, request: dict[str, str]) -> dict[str, Any]:
            return make()

        config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="payload",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=seconds,
            hash_function="sha256",
            lambda_context=_Time(seconds_left),  # type: ignore[arg-type]  # of the context one method is used
        )
        # A layer keeps the first configuration it gets, hence a new one for each call; it holds no state.
        layer = DynamoDBPersistenceLayer(table_name=self._table, boto3_client=self._dynamodb)
        once = idempotent_function(
            answer,
            data_keyword_argument="request",
            persistence_store=layer,
            config=config,
            key_prefix="token",
        )
        try:
            kept: dict[str, Any] = once(request={"key": key, "payload": payload})
        except IdempotencyValidationError:
            raise InvalidRequest("idempotency_key: was used a moment ago with another request") from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise SigningUnavailable(
                "idempotency_key: the same request is under way", throttled=True
            ) from None
        except IdempotencyPersistenceLayerError as error:
            raise SigningUnavailable(f"idempotency_key: nothing can be kept: {_cause(error)}") from None
        return kept


def _cause(error: IdempotencyPersistenceLayerError) -> str:
    """The kind alone: AWS's messages name ARNs."""
    return type(error.args[-1] if len(error.args) > 1 else error).__name__
