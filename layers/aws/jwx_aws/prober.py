"""Asking the signer to prove a new key: only its role may sign, so that the rotation cannot mint a token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from jwx import base64url
from jwx.errors import SigningUnavailable
from jwx_aws.aws_errors import failing_as

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds between tries: a key made a moment ago, and the tag that lets the signer use it, spread slowly."""


class LambdaProber:
    """The port `Prober`: a direct invoke of the signer function."""

    def __init__(
        self,
        functions: LambdaClient,
        *,
        function_name: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._functions = functions
        self._function_name = function_name
        self._sleep = sleep

    def probe(self, *, issuer: str, operation: str) -> bytes:
        """Raises SigningUnavailable when the signer keeps failing; the next run asks again."""
        request = json.dumps({"probe": {"issuer": issuer, "operation": operation}}).encode()
        for wait in WAITS:
            answer = self._invoked(request)
            if "FunctionError" not in answer:
                return _signature(answer)
            self._sleep(wait)
        return _signature(self._invoked(request))

    def _invoked(self, request: bytes) -> Any:
        with failing_as(SigningUnavailable, "Lambda Invoke"):
            return self._functions.invoke(
                FunctionName=self._function_name, InvocationType="RequestResponse", Payload=request
            )


def _signature(answer: Any) -> bytes:
    """The answer of a failed invoke holds a stack trace: none of it goes further."""
    if "FunctionError" in answer:
        raise SigningUnavailable("probe: the signer failed; its log says why")
    try:
        return base64url.decode(json.loads(answer["Payload"].read())["signature"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SigningUnavailable("probe: the signer's answer holds no signature") from None
