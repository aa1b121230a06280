"""The signer asks the rotation for help, once in a while, and never fails by it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from jwx.verbs.rotation_event import verb_of
from jwx_aws.rotation_summons import RotationSummons
from tests.fakes.clock import FakeClock
from tests.fakes.kms import refusal
from tests.fakes.powertools import logger_to


class FakeFunctions:
    """boto3's Lambda client, as far as it is called."""

    def __init__(self, error: Exception | None = None) -> None:
        self.invokes: list[dict[str, Any]] = []
        self.error = error

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        self.invokes.append(arguments)
        if self.error:
            raise self.error
        return {"StatusCode": 202}


def _summons(functions: FakeFunctions, clock: FakeClock, log: io.StringIO) -> RotationSummons:
    return RotationSummons(
        lambda: functions,  # type: ignore[arg-type,return-value]  # of the client one call is used
        function_name="jwx-rotation",
        clock=clock,
        logger=logger_to(log),
    )


def test_it_is_an_asynchronous_reconcile() -> None:
    """The signer does not wait for the rotation's work."""
    functions = FakeFunctions()
    _summons(functions, FakeClock(), io.StringIO()).reconcile("orders")
    (invoke,) = functions.invokes
    assert (invoke["FunctionName"], invoke["InvocationType"]) == ("jwx-rotation", "Event")
    assert verb_of(json.loads(invoke["Payload"])) == {"action": "reconcile", "issuer": "orders"}


def test_one_in_half_a_minute_for_each_issuer() -> None:
    """A signer whose key is refused at each of a thousand tokens does not send a thousand invokes."""
    functions, clock = FakeFunctions(), FakeClock()
    summons = _summons(functions, clock, io.StringIO())
    for seconds in (0, 29, 0, 1):
        clock.advance(seconds)
        summons.reconcile("default")
    summons.reconcile("orders")
    assert len(functions.invokes) == 3


@pytest.mark.parametrize(
    "error", [refusal("AccessDeniedException"), ConnectTimeoutError(endpoint_url="https://lambda")]
)
def test_a_failure_is_only_logged(error: Exception) -> None:
    """The scheduled run comes anyway; the log names no ARN."""
    log = io.StringIO()
    _summons(FakeFunctions(error), FakeClock(), log).reconcile("default")
    assert "rotation_not_summoned" in log.getvalue()
    assert "arn:" not in log.getvalue()
