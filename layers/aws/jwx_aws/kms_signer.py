"""Signing with KMS: one Sign call a token, by the key's ARN, the signature as JWS wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from jwx.errors import InvalidRequest, SigningUnavailable
from jwx.jose import jwa
from jwx_aws.aws_errors import is_busy, told

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAX_RAW_BYTES = 4096
"""What KMS Sign takes as Message; a digest always fits, a whole signing input may not."""


class KmsSigner:
    """Signs with private keys that never leave KMS.

    Throttling was retried by botocore already when it shows up here.
    """

    def __init__(self, kms: KMSClient) -> None:
        self._kms = kms
        self._ml_dsa_public_keys: dict[str, bytes] = {}

    def sign(self, key_arn: str, algorithm: str, message: bytes) -> bytes:
        """The JWS signature (RFC 7515 section 5.1) over `message`, the signing input.

        Raises SigningUnavailable when the key is disabled, deleted or not yet there, or KMS is busy;
        InvalidRequest when the message is too long for an algorithm that KMS signs only as a whole.
        """
        row = jwa.algorithm(algorithm)
        payload = self._payload(row, key_arn, message)
        with _unavailable("KMS Sign"):
            answer = self._kms.sign(
                KeyId=key_arn,
                Message=payload,
                MessageType=row.kms_message_type,
                SigningAlgorithm=row.kms_signing_algorithm,  # type: ignore[arg-type]  # the table holds plain str
            )
        return row.jws_signature(answer["Signature"])

    def _payload(self, row: jwa.Algorithm, key_arn: str, message: bytes) -> bytes:
        """What stands for the message in the call."""
        if row.kms_message_type == "DIGEST":
            return row.digest(message)
        if row.kms_message_type == "EXTERNAL_MU":
            return jwa.external_mu(self._ml_dsa_public_key(key_arn), message)
        if len(message) > MAX_RAW_BYTES:
            raise InvalidRequest(
                f"claims: the signing input is {len(message)} bytes; KMS signs at most {MAX_RAW_BYTES} with "
                f"{row.name}: send fewer claims, or use an algorithm that signs a digest"
            )
        return message

    def _ml_dsa_public_key(self, key_arn: str) -> bytes:
        """The raw public key that mu starts with (FIPS 204 section 6.2); asked for once a key."""
        from cryptography.hazmat.primitives import serialization  # no other algorithm needs it

        known = self._ml_dsa_public_keys.get(key_arn)
        if known is None:
            with _unavailable("KMS GetPublicKey"):
                der = self._kms.get_public_key(KeyId=key_arn)["PublicKey"]
            key = serialization.load_der_public_key(der)
            known = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self._ml_dsa_public_keys[key_arn] = known
        return known


@contextmanager
def _unavailable(operation: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise SigningUnavailable(told(operation, error), throttled=is_busy(error)) from None
