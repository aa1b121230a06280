"""What can go wrong at a call to AWS: the run dies before or after it, it is refused, its answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from botocore.exceptions import ReadTimeoutError

from jwx.errors import JwxError, KeyRingUnavailable, PublicationUnavailable, SigningUnavailable
from tests.fakes.calls import Calls, Hook
from tests.fakes.kms import refusal


class Crash(BaseException):
    """The run is killed. No error of the product, so that nothing in it can catch this."""


class Fault(StrEnum):
    """What happens at one call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    REFUSED = "refused"
    ANSWER_LOST = "answer lost"


def error_of(call: str) -> Exception | None:
    """What the product sees when this call fails; None where the adapter hides all failures."""
    match call.partition(".")[0]:
        case "store" | "run":
            return KeyRingUnavailable("DynamoDB: throttled")
        case "kms" | "tagging":
            return refusal("ThrottlingException", call)
        case "signer":
            return SigningUnavailable("the signer does not answer")
        case "copy" | "cdn":
            return PublicationUnavailable("S3 or CloudFront: throttled")
        case _:
            return None


def silence_of(call: str) -> Exception | None:
    """What the product sees when this call is done and its answer never comes."""
    if call.partition(".")[0] in ("kms", "tagging"):
        return ReadTimeoutError(endpoint_url="https://kms")
    return error_of(call)


@contextmanager
def fault_at(calls: Calls, number: int, fault: Fault) -> Iterator[None]:
    """Let the call of that number, counted from 0 from here on, go wrong; dies quietly."""
    first = len(calls.names)

    def strike(call: str) -> None:
        if len(calls.names) - 1 - first != number or state.done:
            return
        state.done = True
        if fault in (Fault.DIES_BEFORE, Fault.DIES_AFTER):
            raise Crash
        if error := error_of(call) if fault is Fault.REFUSED else silence_of(call):
            raise error

    state = _Struck()
    before, after = calls.before, calls.after
    if fault in (Fault.DIES_BEFORE, Fault.REFUSED):
        calls.before = strike
    else:
        calls.after = strike
    try:
        yield
    except (Crash, JwxError):
        pass
    finally:
        calls.before, calls.after = before, after


class _Struck:
    done = False


def calls_of(calls: Calls, act: Callable[[], object]) -> int:
    """How many calls an undisturbed run makes."""
    first = len(calls.names)
    act()
    return len(calls.names) - first


__all__ = ["Crash", "Fault", "Hook", "calls_of", "error_of", "fault_at", "silence_of"]
