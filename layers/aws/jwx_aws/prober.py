"""Asking the prover for a proof or a certificate request: its role may sign, the rotation's may not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from jwx.errors import SigningUnavailable
from jwx.jose import base64url
from jwx_aws.aws_errors import failing_as

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds between tries: a key made a moment ago, and the tag that lets the prover use it, spread slowly."""

LATEST: Final = 12.0
"""Seconds after which it is not asked again: a slow last try must end within what a run keeps in reserve."""


class LambdaProber:
    """The port `Prober`: a direct invoke of the prover function."""

    def __init__(
        self,
        functions: LambdaClient,
        *,
        function_name: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._functions = functions
        self._function_name = function_name
        self._sleep = sleep
        self._clock = clock

    def probe(self, *, issuer: str, operation: str) -> bytes:
        """Raises SigningUnavailable when the prover keeps failing; the next run asks again."""
        signature = self._asked("probe", "signature", issuer=issuer, operation=operation)
        try:
            return base64url.decode(signature)
        except ValueError:
            raise SigningUnavailable("probe: the prover's answer holds no signature") from None

    def request_certificate(self, *, issuer: str, kid: str, subject: object) -> str:
        """Raises SigningUnavailable when the prover keeps failing."""
        return self._asked("certificate_request", "pem", issuer=issuer, kid=kid, subject=subject)

    def _asked(self, what: str, wanted: str, **fields: object) -> str:
        request, began = json.dumps({what: fields}).encode(), self._clock()
        for wait in WAITS:
            answer = self._invoked(request)
            if "FunctionError" not in answer or self._clock() - began + wait > LATEST:
                return _member(answer, what, wanted)
            self._sleep(wait)
        return _member(self._invoked(request), what, wanted)

    def _invoked(self, request: bytes) -> Any:
        with failing_as(SigningUnavailable, "Lambda Invoke"):
            return self._functions.invoke(
                FunctionName=self._function_name, InvocationType="RequestResponse", Payload=request
            )


def _member(answer: Any, what: str, wanted: str) -> str:
    """The answer of a failed invoke holds a stack trace: none of it goes further."""
    if "FunctionError" in answer:
        raise SigningUnavailable(f"{what}: the prover failed; its log says why")
    try:
        value = json.loads(answer["Payload"].read())[wanted]
    except (KeyError, TypeError, ValueError):
        value = None
    if not isinstance(value, str):
        raise SigningUnavailable(f"{what}: the prover's answer holds no {wanted}")
    return value
