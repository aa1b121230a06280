"""The rotation on all its real adapters: a life of keys on the emulator, without deploying anything."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from jwx.publishing.public_url import PublicUrl
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring.policy import RotationPolicy
from jwx.verbs.rotating import Rotating
from jwx.verification.fetched import Fetched, FetchFailed
from jwx_aws.cloudfront import Edge
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.events import AwsJournal
from jwx_aws.kms import KmsKeys
from jwx_aws.kms_signer import KmsSigner
from jwx_aws.publication import AwsPublication
from jwx_aws.run_record import DynamoRunRecord
from jwx_aws.s3 import StaticCopy
from tests.fakes.prober import FakeProber

pytestmark = pytest.mark.slow  # the emulator has to start

URL = "https://issuer.example"
POLICY = {"algorithms": ["ES256", "RS256"], "origin_timeout": 0}


class Stack:
    """What the template makes, less the functions, and the rotation on it."""

    def __init__(self, aws: Callable[[str], Any]) -> None:
        self.name = f"stack-{uuid4().hex[:12]}"
        self.ahead = 0  # seconds by which the rotation's clock is ahead of the emulator's
        self.log = io.StringIO()
        self.s3, self.kms = aws("s3"), aws("kms")
        aws("dynamodb").create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "issuer", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "issuer", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.s3.create_bucket(
            Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        aws("events").create_event_bus(Name=self.name)
        self.store = DynamoRingStore(aws("dynamodb"), table=self.name)
        self.rotating = self._rotating(aws)

    def _rotating(self, aws: Callable[[str], Any]) -> Rotating:
        return Rotating(
            store=self.store,
            keys=KmsKeys(self.kms, aws("resourcegroupstaggingapi"), stack=self.name),
            prober=FakeProber(self.store, KmsSigner(self.kms)),
            publication=AwsPublication(
                static_copy=StaticCopy(
                    self.s3, bucket=self.name, base_url=URL, jwk_set_type="application/json"
                ),
                edge=Edge(aws("cloudfront"), distribution=new_distribution(aws("cloudfront"))),
                public_url=PublicUrl(URL, fetch=self._fetch),
            ),
            journal=AwsJournal(
                aws("events"),
                bus=self.name,
                logger=Logger(service=self.name, stream=self.log, level="INFO"),
                new_metrics=lambda: EphemeralMetrics(namespace="Jwx", service=self.name),
            ),
            record=DynamoRunRecord(aws("dynamodb"), table=self.name),
            default_policy=RotationPolicy.parse(POLICY),
            clock=self._clock,
            sleep=time.sleep,
            new_operation=lambda: uuid4().hex,
        )

    def do(self, action: str, **request: Any) -> dict[str, Any]:
        return self.rotating.answer({"action": action, **request}, remaining=lambda: 60)

    def copied(self) -> set[str]:
        body = self.s3.get_object(Bucket=self.name, Key=".well-known/jwks.json")["Body"].read()
        return {key["kid"] for key in json.loads(body)["keys"]}

    def _clock(self) -> int:
        return int(time.time()) + self.ahead

    def _fetch(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        """The publishing endpoint without a network."""
        well_known = WellKnown(self.store, self._clock, base_url=URL, jwk_set_type="application/json")
        path = url.removeprefix(URL)
        answer = well_known.answer(Request.of({"httpMethod": "GET", "path": path, "headers": {}}))
        if answer["statusCode"] != 200:
            raise FetchFailed("status", status=answer["statusCode"])
        return Fetched(answer["body"].encode())


def new_distribution(cloudfront: Any) -> str:
    origin = {
        "Id": "api",
        "DomainName": "api.example",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    behavior = {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"}
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": uuid4().hex,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
        }
    )
    return str(made["Distribution"]["Id"])


@pytest.fixture(scope="module")
def stack(aws: Callable[[str], Any]) -> Stack:
    """A stack after its first scheduled run."""
    made = Stack(aws)
    summary = made.rotating.answer({"detail-type": "Scheduled Event"}, remaining=lambda: 60)
    assert summary["failed"] == []
    return made


def kids(answer: dict[str, Any], state: str) -> dict[str, str]:
    return {key["alg"]: key["kid"] for key in answer["keys"] if key["state"] == state}


def test_keys_are_born_rotated_and_revoked(stack: Stack) -> None:
    """From the first run to a revocation, with nothing failing, and the copy always the ring's."""
    born = stack.do("status")
    assert set(kids(born, "active")) == set(kids(born, "pending")) == {"ES256", "RS256"}
    assert stack.copied() == {key["kid"] for key in born["keys"]}

    rotated = stack.do("rotate", algorithm="ES256")
    assert kids(rotated, "active")["ES256"] == kids(born, "pending")["ES256"]
    assert kids(rotated, "active")["RS256"] == kids(born, "active")["RS256"]
    assert "warnings" not in rotated

    leaked = kids(rotated, "active")["RS256"]
    revoked = stack.do("revoke", kid=leaked, reason="leaked")
    assert kids(revoked, "active")["RS256"] == kids(born, "pending")["RS256"]
    assert "warnings" not in revoked
    assert leaked not in stack.copied()
    stack.ahead += 3600
    stack.do("reconcile")
    ring = stack.store.load("default")
    assert ring
    assert ring.withdrawals == ()
    key = ring.key(leaked)
    assert key
    assert key.key_arn
    assert stack.kms.describe_key(KeyId=key.key_arn)["KeyMetadata"]["KeyState"] == "Disabled"


def test_no_arn_is_told_to_anyone(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the log, nor a metric, nor an answer holds one, though the ring does."""
    answer = stack.do("reconcile")
    written = stack.log.getvalue() + capsys.readouterr().out + json.dumps(answer)
    assert "signing_key_activated" in written
    assert "arn:" not in written
