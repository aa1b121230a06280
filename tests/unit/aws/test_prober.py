"""The probe of a new key by way of the signer function."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jwx.errors import SigningUnavailable
from jwx_aws.prober import WAITS, LambdaProber

GOOD = {"Payload": b'{"signature":"AQID"}'}
FAILED = {"FunctionError": "Unhandled", "Payload": b'{"errorType":"X","stackTrace":["arn:aws:kms"]}'}


class Functions:
    """Lambda with a list of answers, one for each invoke."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)
        self.invokes: list[dict[str, Any]] = []

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        self.invokes.append(arguments)
        answer = self._answers.pop(0)
        return answer | {"Payload": io.BytesIO(answer["Payload"])}


def probe(functions: Any, sleeps: list[float]) -> bytes:
    prober = LambdaProber(functions, function_name="stack-signer", sleep=sleeps.append)
    return prober.probe(issuer="shop", operation="op-1")


def test_the_signer_is_asked_for_an_operation_never_for_a_key() -> None:
    """The request names issuer and operation; which key that is, the signer finds in the ring."""
    functions = Functions(GOOD)
    assert probe(functions, []) == b"\x01\x02\x03"
    (invoke,) = functions.invokes
    assert invoke["FunctionName"] == "stack-signer"
    assert invoke["InvocationType"] == "RequestResponse"
    assert json.loads(invoke["Payload"]) == {"probe": {"issuer": "shop", "operation": "op-1"}}


def test_a_key_that_spreads_slowly_is_waited_for() -> None:
    """A failing signer is asked again, for a bounded time."""
    sleeps: list[float] = []
    assert probe(Functions(FAILED, FAILED, GOOD), sleeps) == b"\x01\x02\x03"
    assert sleeps == list(WAITS[:2])


def test_a_signer_that_keeps_failing_leaves_the_key_to_the_next_run() -> None:
    """The error is typed, and nothing of the stack trace in the answer goes further."""
    with pytest.raises(SigningUnavailable) as failed:
        probe(Functions(*[FAILED] * (len(WAITS) + 1)), [])
    assert "arn:" not in str(failed.value)


def test_a_signer_that_fails_slowly_is_not_asked_again() -> None:
    """Each try may last for seconds; all of them together must not outlast the run."""
    functions: Any = Functions(*[FAILED] * (len(WAITS) + 1))
    prober = LambdaProber(
        functions,
        function_name="stack-signer",
        sleep=lambda _: None,
        clock=lambda: 9 * len(functions.invokes),
    )
    with pytest.raises(SigningUnavailable):
        prober.probe(issuer="shop", operation="op-1")
    assert len(functions.invokes) == 2


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{}", b'{"signature":1}', b'{"signature":"!"}'])
def test_an_answer_without_a_signature_is_none(payload: bytes) -> None:
    """Whatever else the signer answers proves no key."""
    with pytest.raises(SigningUnavailable, match="no signature"):
        probe(Functions({"Payload": payload}), [])


def test_a_certificate_is_requested_by_kid_and_name() -> None:
    """No bytes to sign and no KMS key are in the request."""
    functions: Any = Functions({"Payload": b'{"pem":"-----BEGIN"}'})
    prober = LambdaProber(functions, function_name="stack-signer", sleep=lambda _: None)
    assert prober.request_certificate(issuer="shop", kid="k", subject={"CN": "a"}) == "-----BEGIN"
    (invoke,) = functions.invokes
    fields = {"issuer": "shop", "kid": "k", "subject": {"CN": "a"}}
    assert json.loads(invoke["Payload"]) == {"certificate_request": fields}


class Forbidden:
    """Lambda that may not be invoked."""

    def invoke(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:lambda"}}, "Invoke")


def test_a_refused_invoke_is_typed() -> None:
    """An AccessDenied of Lambda is no proof either, and shows no ARN."""
    with pytest.raises(SigningUnavailable, match="AccessDeniedException") as refused:
        probe(Forbidden(), [])
    assert "arn:" not in str(refused.value)
