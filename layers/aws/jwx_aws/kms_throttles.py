"""Counts what KMS throttles, also what the SDK's own retries hide.

A quota that is nearly used up shows here before a single token fails for it.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsThrottles:
    """Listens to a client's answers; a call that KMS answers costs one comparison."""

    def __init__(self, kms: KMSClient) -> None:
        self._count, self._lock = 0, Lock()
        kms.meta.events.register("needs-retry.kms", self._hear)

    def _hear(self, response: Any, **_: Any) -> None:
        """Every attempt's answer, before the SDK decides whether to ask again; None leaves that to it."""
        if response is not None and response[1].get("Error", {}).get("Code") == "ThrottlingException":
            with self._lock:
                self._count += 1

    def flush(self) -> None:
        """Write the count of this call as an embedded metric, if there is any."""
        with self._lock:
            count, self._count = self._count, 0
        if count:
            with single_metric("KmsThrottles", MetricUnit.Count, count):
                pass
