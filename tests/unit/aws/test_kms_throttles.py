"""What KMS throttles is counted, whether or not a retry saves the call."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from jwx_aws.kms_throttles import KmsThrottles


class _Kms:
    """A real client whose answers are scripted below its retries."""

    def __init__(self, *codes: str | None, attempts: int = 2) -> None:
        self._codes = list(codes)
        self.client = boto3.client(
            "kms",
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
        )
        events: Any = self.client.meta.events
        events.register("before-send.kms", self._answer)
        self.throttles = KmsThrottles(self.client)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        code = self._codes.pop(0)
        body = b"{}" if code is None else json.dumps({"__type": code}).encode()
        headers: Any = {"Content-Type": "application/x-amz-json-1.1"}
        raw: Any = io.BytesIO(body)
        raw.stream = lambda **_: iter([body])
        return AWSResponse(request.url, 200 if code is None else 400, headers, raw)


@pytest.fixture(autouse=True)
def namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the template sets it."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "shop-signer")


def _counted(kms: _Kms, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    kms.throttles.flush()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["KmsThrottles"] for line in lines]


def test_a_throttle_that_a_retry_saves_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The caller noticed nothing, and the quota is nearly used up all the same."""
    kms = _Kms("ThrottlingException", None)
    kms.client.list_keys()
    assert _counted(kms, capsys) == [[1.0]]


def test_a_throttle_that_ends_the_call_is_counted_with_its_retries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And only once: the next call starts from nothing."""
    kms = _Kms("ThrottlingException", "ThrottlingException")
    with pytest.raises(ClientError):
        kms.client.list_keys()
    assert _counted(kms, capsys) == [[2.0]]
    assert _counted(kms, capsys) == []


def test_other_answers_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    """A disabled key is another trouble, with an alarm of its own."""
    kms = _Kms("DisabledException", None)
    with pytest.raises(ClientError):
        kms.client.list_keys()
    kms.client.list_keys()
    assert _counted(kms, capsys) == []
