"""What AWS refuses, as errors of ours: the code and the request id, never a message with an ARN in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from jwx.errors import ServiceFailed


def code(error: ClientError) -> str:
    """The code of the refusal, such as `NotFoundException`."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def failing_as(failure: type[ServiceFailed], operation: str, *, but: Collection[str] = ()) -> Iterator[None]:
    """Raise `failure` for whatever AWS or the network refuses; the codes in `but` pass as they are.

    The cause is dropped on purpose: AWS puts ARNs and account ids into its messages, and a chained
    exception would carry them into the log.
    """
    try:
        yield
    except ClientError as error:
        if code(error) in but:
            raise
        request = error.response.get("ResponseMetadata", {}).get("RequestId", "unknown")
        raise failure(f"{operation}: {code(error)} (request {request})") from None
    except BotoCoreError as error:
        raise failure(f"{operation}: {type(error).__name__}") from None
