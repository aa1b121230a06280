"""Signing keys in KMS: made, described, marked, disabled and deleted, but never signed with.

Only the roles of signer and prover may use a private key (`kms_signer.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from jwx.errors import KeyNotMade, KeyServiceUnavailable
from jwx.jose import jwa
from jwx.ports import KeyStatus, ListedKey, StoredKey
from jwx.ring.promises import Promises
from jwx_aws.aws_errors import failing_as, is_refusal, told

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient

STACK, ISSUER, OPERATION = "jwx:stack", "jwx:issuer", "jwx:operation"
ALGORITHM, MARK, PROMISES = "jwx:algorithm", "jwx:state", "jwx:promises"

BACK_OFF = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between tries for a key that KMS does not show everywhere yet."""

_PAGE = 100  # the most that GetResources gives at once
_NOT_THERE_YET = {"NotFoundException", "KMSInvalidStateException"}
_STATUS = {"Enabled": KeyStatus.USABLE, "PendingDeletion": KeyStatus.DELETED}


class KmsKeys:
    """The port `KeyService` on KMS and the Resource Groups Tagging API.

    KMS is eventually consistent: a key just made may be unknown, or in no state to answer, for seconds.
    botocore retries throttling and not these, so they are waited out here.
    """

    def __init__(
        self,
        kms: KMSClient,
        tagging: ResourceGroupsTaggingAPIClient,
        *,
        stack: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._kms = kms
        self._tagging = tagging
        self._stack = stack
        self._sleep = sleep

    def create(self, *, issuer: str, algorithm: str, operation: str, rsa_bits: int) -> str:
        """CreateKey has no idempotency token: the tag `operation` tells a lost answer's key later.

        KeyNotMade is what the last try says. Were an earlier one to have made a key and its answer been lost,
        the sweep would find that key.
        """
        tags = {STACK: self._stack, ISSUER: issuer, OPERATION: operation, ALGORITHM: algorithm}
        try:
            answer = self._kms.create_key(
                KeySpec=_key_spec(algorithm, rsa_bits),  # type: ignore[arg-type]  # the table holds plain str
                KeyUsage="SIGN_VERIFY",
                Description=f"Signs tokens of issuer {issuer} with {algorithm}",
                Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
            )
        except (ClientError, BotoCoreError) as error:
            failure = KeyNotMade if is_refusal(error) else KeyServiceUnavailable
            raise failure(told("KMS CreateKey", error)) from None
        return answer["KeyMetadata"]["Arn"]

    def public_key(self, key_arn: str) -> bytes:
        """GetPublicKey fails once deletion is scheduled: keep what it answers."""
        return bytes(self._needed("GetPublicKey", self._kms.get_public_key, KeyId=key_arn)["PublicKey"])

    def mark(self, key_arn: str, mark: str) -> None:
        """A key pending deletion takes no tag any more, and needs none."""
        self._tag(key_arn, MARK, mark)

    def promise(self, key_arn: str, promises: Promises) -> None:
        """A key pending deletion keeps what it was told before."""
        self._tag(key_arn, PROMISES, promises.to_tag())

    def status(self, key_arn: str) -> KeyStatus:
        """A key that KMS does not show is waited for, so that a new one is not taken for a deleted one."""
        metadata = self._described(key_arn, waits=BACK_OFF)
        return KeyStatus.DELETED if metadata is None else _status(metadata)

    def stored(self, key_arn: str) -> StoredKey | None:
        """The tags come from KMS itself: the tagging service lags behind it.

        Asked of old keys only, so that one which KMS does not know is gone and not waited for.
        """
        metadata = self._described(key_arn, waits=())
        if metadata is None:
            return None
        tags = self._needed("ListResourceTags", self._kms.list_resource_tags, KeyId=key_arn)["Tags"]
        return _stored(metadata, {tag["TagKey"]: tag["TagValue"] for tag in tags})

    def disable(self, key_arn: str) -> None:
        """A key pending deletion cannot sign either."""
        self._unless_deleted("DisableKey", self._kms.disable_key, key_arn)

    def schedule_deletion(self, key_arn: str, *, days: int) -> None:
        """The window is what lets a person take a mistake back; KMS allows 7 to 30 days."""
        self._unless_deleted(
            "ScheduleKeyDeletion", self._kms.schedule_key_deletion, key_arn, PendingWindowInDays=days
        )

    def list_keys(self, issuer: str | None = None) -> Iterator[ListedKey]:
        """ListKeys would show every key of the account: the tags are asked instead."""
        wanted = {STACK: self._stack} | ({} if issuer is None else {ISSUER: issuer})
        for entry in self._tagged(wanted):
            tags = {tag["Key"]: tag["Value"] for tag in entry["Tags"]}
            yield ListedKey(
                key_arn=entry["ResourceARN"],
                issuer=tags.get(ISSUER, ""),
                operation=tags.get(OPERATION, ""),
                mark=tags.get(MARK),
            )

    def _tag(self, key_arn: str, key: str, value: str) -> None:
        tags = [{"TagKey": key, "TagValue": value}]
        self._unless_deleted("TagResource", self._kms.tag_resource, key_arn, Tags=tags)

    def _tagged(self, wanted: dict[str, str]) -> Iterator[Any]:
        token = ""
        while True:
            with failing_as(KeyServiceUnavailable, "GetResources"):
                page = self._tagging.get_resources(
                    TagFilters=[{"Key": key, "Values": [value]} for key, value in wanted.items()],
                    ResourceTypeFilters=["kms:key"],
                    ResourcesPerPage=_PAGE,
                    PaginationToken=token,
                )
            yield from page["ResourceTagMappingList"]
            token = page.get("PaginationToken", "")
            if not token:
                return

    def _described(self, key_arn: str, *, waits: tuple[float, ...]) -> Any | None:
        """The key's metadata; None when KMS does not know the key."""
        answer = self._tried("DescribeKey", self._kms.describe_key, waits, KeyId=key_arn)
        return answer and answer["KeyMetadata"]

    def _unless_deleted(self, operation: str, call: Callable[..., Any], key_arn: str, **more: Any) -> None:
        """Do it, unless the key is deleted already or about to be: then there is nothing to do."""
        if self._tried(operation, call, (), KeyId=key_arn, **more) is not None:
            return
        if self.status(key_arn) is not KeyStatus.DELETED:
            self._needed(operation, call, KeyId=key_arn, **more)

    def _needed(self, operation: str, call: Callable[..., Any], **arguments: Any) -> Any:
        answer = self._tried(operation, call, BACK_OFF, **arguments)
        if answer is None:
            raise KeyServiceUnavailable(f"KMS {operation}: the key is not there, or not in a fitting state")
        return answer

    def _tried(
        self, operation: str, call: Callable[..., Any], waits: tuple[float, ...], **arguments: Any
    ) -> Any | None:
        """KMS's answer; None when after all `waits` it still does not know the key in a fitting state."""
        for wait in (*waits, None):
            try:
                with failing_as(KeyServiceUnavailable, f"KMS {operation}", but=_NOT_THERE_YET):
                    return call(**arguments)
            except ClientError:
                if wait is not None:
                    self._sleep(wait)
        return None


def _key_spec(algorithm: str, rsa_bits: int) -> str:
    row = jwa.algorithm(algorithm)
    return f"RSA_{rsa_bits}" if row.kty == "RSA" else row.kms_key_specs[0]


def _status(metadata: Any) -> KeyStatus:
    return _STATUS.get(metadata["KeyState"], KeyStatus.DISABLED)


def _stored(metadata: Any, tags: dict[str, str]) -> StoredKey:
    return StoredKey(
        key_arn=metadata["Arn"],
        issuer=tags.get(ISSUER, ""),
        operation=tags.get(OPERATION, ""),
        algorithm=tags.get(ALGORITHM, ""),
        mark=tags.get(MARK),
        promises=Promises.from_tag(tags.get(PROMISES, "")),
        created_at=int(metadata["CreationDate"].timestamp()),
        status=_status(metadata),
    )
