"""KMS and the Resource Groups Tagging API as far as the adapters call them, by KMS's documented rules.

The adapters run on this fake and on an emulator under one contract suite. What no emulator has is here too:
ML-DSA, the 4096-byte bound, eventual consistency, tags that a listing shows late.
"""
# ruff: noqa: N803  # the arguments are named as in boto3

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError

from jwx_aws.kms import KmsKeys
from jwx_aws.kms_signer import KmsSigner
from tests.fakes.calls import Calls
from tests.fakes.clock import FakeClock
from tests.fakes.private_keys import (
    SIGNING_ALGORITHMS,
    KeyFactory,
    digest_size,
    new_key,
    public_der,
    signature,
)

_DAY = 86400
_FAILED_INSIDE = {"KMSInternalException", "DependencyTimeoutException"}


def refusal(code: str, operation: str = "KMS") -> ClientError:
    """What boto3 raises; a hook of `Calls` raises it too, to throttle or to refuse."""
    message = f"arn:aws:kms:eu-central-1:111122223333:key/x: {code}"
    answer = {"RequestId": "r-1", "HTTPStatusCode": 500 if code in _FAILED_INSIDE else 400}
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": answer},  # type: ignore[typeddict-item]
        operation,
    )


@dataclass(slots=True)
class KmsKey:
    """One key as KMS holds it. `tagged` remembers when each set of tags came to be."""

    arn: str
    spec: str
    private: Any
    created_at: int
    visible_at: float
    state: str = "Enabled"
    gone_at: int | None = None
    tagged: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def tags(self) -> dict[str, str]:
        return self.tagged[-1][1]


class FakeKms:
    """The calls of both boto3 clients, `kms` and `resourcegroupstaggingapi`.

    `appears_after`: seconds until a new key is known everywhere. `tag_lag`: seconds until a listing shows a
    tag. `key_factory` makes the private keys, so that a simulation can use cheap ones.
    """

    def __init__(
        self,
        clock: FakeClock,
        calls: Calls | None = None,
        *,
        seed: int = 0,
        key_factory: KeyFactory = new_key,
        appears_after: float = 0,
        tag_lag: int = 0,
    ) -> None:
        self._clock = clock
        self._calls = calls or Calls()
        self._random = random.Random(seed)  # noqa: S311  # keys and ids must repeat from run to run
        self._key_factory = key_factory
        self.appears_after = appears_after
        self.tag_lag = tag_lag
        self.keys: dict[str, KmsKey] = {}

    # -- kms -----------------------------------------------------------------------------------

    def create_key(
        self, *, KeySpec: str, KeyUsage: str, Tags: Sequence[Mapping[str, str]], Description: str = ""
    ) -> dict[str, Any]:
        with self._calls("kms.CreateKey"):
            if KeySpec not in SIGNING_ALGORITHMS or KeyUsage != "SIGN_VERIFY" or len(Description) > 8192:
                raise refusal("ValidationException", "CreateKey")
            now = self._clock()
            identifier = UUID(int=self._random.getrandbits(128), version=4)
            arn = f"arn:aws:kms:eu-central-1:111122223333:key/{identifier}"
            key = KmsKey(
                arn,
                KeySpec,
                self._key_factory(KeySpec, self._random),
                now,
                self._clock.exact + self.appears_after,
            )
            key.tagged.append((now, {tag["TagKey"]: tag["TagValue"] for tag in Tags}))
            self.keys[arn] = key
            return {"KeyMetadata": self._metadata(key)}

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        with self._calls("kms.DescribeKey"):
            return {"KeyMetadata": self._metadata(self._key(KeyId, "DescribeKey"))}

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:
        with self._calls("kms.GetPublicKey"):
            return {"PublicKey": public_der(self._undeleted(KeyId, "GetPublicKey").private)}

    def tag_resource(self, *, KeyId: str, Tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        with self._calls("kms.TagResource"):
            key = self._undeleted(KeyId, "TagResource")
            added = {tag["TagKey"]: tag["TagValue"] for tag in Tags}
            key.tagged.append((self._clock(), key.tags | added))
            return {}

    def list_resource_tags(self, *, KeyId: str) -> dict[str, Any]:
        with self._calls("kms.ListResourceTags"):
            tags = self._key(KeyId, "ListResourceTags").tags
            return {"Tags": [{"TagKey": k, "TagValue": v} for k, v in tags.items()], "Truncated": False}

    def disable_key(self, *, KeyId: str) -> dict[str, Any]:
        with self._calls("kms.DisableKey"):
            self._undeleted(KeyId, "DisableKey").state = "Disabled"
            return {}

    def schedule_key_deletion(self, *, KeyId: str, PendingWindowInDays: int = 30) -> dict[str, Any]:
        with self._calls("kms.ScheduleKeyDeletion"):
            if not 7 <= PendingWindowInDays <= 30:
                raise refusal("ValidationException", "ScheduleKeyDeletion")
            key = self._undeleted(KeyId, "ScheduleKeyDeletion")
            key.state, key.gone_at = "PendingDeletion", self._clock() + PendingWindowInDays * _DAY
            return {"KeyState": key.state}

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:
        with self._calls("kms.Sign"):
            key = self._undeleted(KeyId, "Sign")
            if key.state == "Disabled":
                raise refusal("DisabledException", "Sign")
            if SigningAlgorithm not in SIGNING_ALGORITHMS[key.spec]:
                raise refusal("InvalidKeyUsageException", "Sign")
            if not _fits(SigningAlgorithm, MessageType, len(Message)):
                raise refusal("ValidationException", "Sign")
            made = signature(key.private, SigningAlgorithm, MessageType, Message)
            return {"Signature": made, "SigningAlgorithm": SigningAlgorithm, "KeyId": KeyId}

    # -- resourcegroupstaggingapi --------------------------------------------------------------

    def get_resources(
        self,
        *,
        TagFilters: Sequence[Mapping[str, Any]],
        ResourceTypeFilters: Sequence[str],
        PaginationToken: str,
        ResourcesPerPage: int,
    ) -> dict[str, Any]:
        with self._calls("tagging.GetResources"):
            if list(ResourceTypeFilters) != ["kms:key"]:
                raise refusal("InvalidParameterException", "GetResources")
            self._forget_the_gone()
            found = [
                {"ResourceARN": key.arn, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
                for key in self.keys.values()
                if (tags := self._listed(key)) and all(tags.get(f["Key"]) in f["Values"] for f in TagFilters)
            ]
            start = int(PaginationToken or 0)
            end = start + ResourcesPerPage
            more = str(end) if end < len(found) else ""
            return {"ResourceTagMappingList": found[start:end], "PaginationToken": more}

    # ------------------------------------------------------------------------------------------

    def _forget_the_gone(self) -> None:
        """Deleted keys stay listed for a day; for longer they would slow a long simulation down."""
        now = self._clock()
        for key in [k for k in self.keys.values() if k.gone_at is not None and now >= k.gone_at + _DAY]:
            del self.keys[key.arn]

    def _listed(self, key: KmsKey) -> dict[str, str]:
        """The tags as they were `tag_lag` ago."""
        return next((tags for at, tags in reversed(key.tagged) if at <= self._clock() - self.tag_lag), {})

    def _key(self, key_id: str, operation: str) -> KmsKey:
        key, now = self.keys.get(key_id), self._clock.exact
        if key is None or now < key.visible_at or (key.gone_at is not None and now >= key.gone_at):
            raise refusal("NotFoundException", operation)
        return key

    def _undeleted(self, key_id: str, operation: str) -> KmsKey:
        key = self._key(key_id, operation)
        if key.state == "PendingDeletion":
            raise refusal("KMSInvalidStateException", operation)
        return key

    def _metadata(self, key: KmsKey) -> dict[str, Any]:
        created = datetime.fromtimestamp(key.created_at, UTC)
        return {"Arn": key.arn, "KeyState": key.state, "KeySpec": key.spec, "CreationDate": created}


def fake_keys(kms: FakeKms, clock: FakeClock, *, stack: str = "jwx") -> KmsKeys:
    """The port `KeyService` on the fake: the very adapter, so that each AWS call of it can be stopped."""
    return KmsKeys(kms, kms, stack=stack, sleep=clock.sleep)  # type: ignore[arg-type]


def fake_signer(kms: FakeKms) -> KmsSigner:
    """The signer's KMS on the fake."""
    return KmsSigner(kms)  # type: ignore[arg-type]


def _fits(algorithm: str, message_type: str, size: int) -> bool:
    """KMS's rules for Message: RAW is bounded, a digest is as long as the hash, mu is 64 bytes long."""
    if message_type == "RAW":
        return 1 <= size <= 4096
    if message_type == "EXTERNAL_MU":
        return algorithm == "ML_DSA_SHAKE_256" and size == 64
    return size == digest_size(algorithm)
