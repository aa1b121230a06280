"""Telling of the life of keys: an event on the stack's bus, a line in the log, a metric. Never an ARN.

What is told was written before. A run that is killed in between loses its event, and an event that the bus
refuses is only logged: the key ring is the truth, and no rotation may fail for want of a listener.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from jwx.origin import Origin
from jwx.ports import KeyChange
from jwx_aws.aws_errors import told

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE: Final = "jwx"
_UNITS: Final = {"ActiveKeyAge": MetricUnit.Seconds, "SecondsSinceLastSuccessfulRun": MetricUnit.Seconds}


class AwsJournal:
    """The port `Journal` on EventBridge, Powertools' logger and CloudWatch's embedded metrics."""

    def __init__(
        self,
        events: EventBridgeClient,
        *,
        bus: str,
        logger: Logger,
        new_metrics: Callable[[], EphemeralMetrics] = EphemeralMetrics,
    ) -> None:
        self._events = events
        self._bus = bus
        self._logger = logger
        self._new_metrics = new_metrics

    def changed(self, change: KeyChange) -> None:
        """One event, one line; a forced activation also counts, since it breaks a promise to caches."""
        detail = _detail(change)
        self._logger.info(f"signing_key_{change.change.lower()}", **detail)
        if change.forced:
            self.measured(change.issuer, {"ForcedActivations": 1})
        self._send(f"Signing Key {change.change}", detail)

    def asked(self, origin: Origin, refusal: str | None) -> None:
        """One line a verb, also for one that changed nothing or was refused."""
        told: dict[str, Any] = {"issuer": origin.issuer, **origin.to_json()}
        if refusal is not None:
            told["refusal"] = refusal
        self._logger.info("verb_asked", **told)

    def measured(self, issuer: str, values: Mapping[str, int]) -> None:
        """No metric has the issuer as a dimension: each would be billed as a metric of its own."""
        metrics = self._new_metrics()
        for name, value in values.items():
            metrics.add_metric(name=name, unit=_UNITS.get(name, MetricUnit.Count), value=value)
        metrics.add_metadata("issuer", issuer)
        metrics.flush_metrics()

    def warned(self, issuer: str, message: str) -> None:
        """A line in the log, for a person to read."""
        self._logger.warning(message, issuer=issuer)

    def _send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        entry: Any = {
            "Source": SOURCE,
            "DetailType": detail_type,
            "EventBusName": self._bus,
            "Detail": json.dumps(detail),
        }
        try:
            answer = self._events.put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:
            self._logger.warning("event_not_sent", reason=told("EventBridge PutEvents", error), **detail)
            return
        if answer["FailedEntryCount"]:
            reason = str(answer["Entries"][0].get("ErrorCode", "unknown"))
            self._logger.warning("event_not_sent", reason=reason, **detail)


def _detail(change: KeyChange) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "issuer": change.issuer,
        "kid": change.kid,
        "algorithm": change.algorithm,
        "at": change.at,
    }
    if change.reason is not None:
        detail["reason"] = change.reason
    if change.forced:
        detail["forced"] = True
    if change.certified_until is not None:
        detail["certified_until"] = change.certified_until
    if change.origin is not None:
        detail |= change.origin.to_json()
    return detail
