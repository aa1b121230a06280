"""What AWS refuses, as errors of ours: the code and the request id, never a message with an ARN in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from jwx.errors import ServiceFailed

_BUSY_CODES = {"ThrottlingException", "TooManyRequestsException", "KMSInternalException"}
_TIMED_OUT_CODES = {"RequestTimeout", "RequestTimeoutException"}


def code(error: ClientError | BotoCoreError) -> str:
    """The code of the refusal, such as `NotFoundException`."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def told(operation: str, error: ClientError | BotoCoreError) -> str:
    """A sentence fit for logs and answers, with the request id that AWS's support asks for."""
    if isinstance(error, ClientError):
        request = error.response.get("ResponseMetadata", {}).get("RequestId", "unknown")
        return f"{operation}: {code(error)} (request {request})"
    return f"{operation}: {code(error)}"


def is_busy(error: ClientError | BotoCoreError) -> bool:
    """Throttled, failed inside or not reached: the same call may succeed in a moment."""
    if isinstance(error, BotoCoreError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or code(error) in _BUSY_CODES


def is_refusal(error: ClientError | BotoCoreError) -> bool:
    """AWS looked at the call and did nothing: throttled, over a quota, forbidden or malformed.

    An answer that was lost, or a failure inside, says nothing about what was done.
    """
    if isinstance(error, BotoCoreError) or code(error) in _TIMED_OUT_CODES:
        return False
    return 400 <= error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < 500


@contextmanager
def failing_as(failure: type[ServiceFailed], operation: str, *, but: Collection[str] = ()) -> Iterator[None]:
    """Raise `failure` for whatever AWS or the network refuses; the codes in `but` pass as they are.

    The cause is dropped on purpose: AWS puts ARNs and account ids into its messages, and a chained
    exception would carry them into the log.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        if code(error) in but:
            raise
        raise failure(told(operation, error)) from None
