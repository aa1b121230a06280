"""KMS's documented rules that the fake holds the adapters to, where no emulator has them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms


def kms_with(key_spec: str, **options: Any) -> tuple[FakeKms, FakeClock, str]:
    clock = FakeClock()
    kms = FakeKms(clock, **options)
    made = kms.create_key(
        KeySpec=key_spec, KeyUsage="SIGN_VERIFY", Tags=[{"TagKey": "jwx:stack", "TagValue": "s"}]
    )
    return kms, clock, made["KeyMetadata"]["Arn"]


def refused(kms: FakeKms, arn: str, algorithm: str, message_type: str, size: int) -> str:
    """The code of the refusal, empty when KMS signed."""
    try:
        kms.sign(KeyId=arn, Message=b"x" * size, MessageType=message_type, SigningAlgorithm=algorithm)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize(
    ("key_spec", "algorithm", "message_type", "size", "code"),
    [
        ("ECC_NIST_P256", "ECDSA_SHA_256", "RAW", 4096, ""),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "RAW", 4097, "ValidationException"),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "DIGEST", 32, ""),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "DIGEST", 48, "ValidationException"),
        ("ECC_NIST_P256", "ECDSA_SHA_384", "DIGEST", 48, "InvalidKeyUsageException"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "RAW", 4096, ""),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST", 64, "ValidationException"),
        ("ML_DSA_44", "ML_DSA_SHAKE_256", "EXTERNAL_MU", 64, ""),
        ("ML_DSA_44", "ML_DSA_SHAKE_256", "EXTERNAL_MU", 63, "ValidationException"),
        ("ML_DSA_44", "ML_DSA_SHAKE_256", "DIGEST", 64, "ValidationException"),
        ("ECC_NIST_P521", "ECDSA_SHA_512", "EXTERNAL_MU", 64, "ValidationException"),
    ],
)
def test_a_message_must_fit_its_type(
    key_spec: str, algorithm: str, message_type: str, size: int, code: str
) -> None:
    """Sign takes 4096 bytes RAW, a DIGEST of the hash's length, and a mu of 64 bytes for ML-DSA alone."""
    kms, _, arn = kms_with(key_spec)
    assert refused(kms, arn, algorithm, message_type, size) == code


def test_external_mu_and_raw_verify_alike() -> None:
    """An EXTERNAL_MU signature is one over the message, of which the mu was made."""
    from jwx.jose.jwa import external_mu

    kms, _, arn = kms_with("ML_DSA_65")
    public = kms.keys[arn].private.public_key()
    mu = external_mu(public.public_bytes_raw(), b"message")
    answer = kms.sign(KeyId=arn, Message=mu, MessageType="EXTERNAL_MU", SigningAlgorithm="ML_DSA_SHAKE_256")
    public.verify(answer["Signature"], b"message")


def test_a_deleted_key_is_unknown_after_its_window() -> None:
    """Pending deletion refuses GetPublicKey; after the window the key is not found at all."""
    kms, clock, arn = kms_with("ECC_NIST_P256")
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    with pytest.raises(ClientError, match="KMSInvalidStateException"):
        kms.get_public_key(KeyId=arn)
    clock.advance(7 * 86400)
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.describe_key(KeyId=arn)


def test_a_listing_shows_tags_late() -> None:
    """The tagging service knows a tag only after its lag."""
    kms, clock, _ = kms_with("ECC_NIST_P256", tag_lag=300)
    listing: dict[str, Any] = {
        "TagFilters": [{"Key": "jwx:stack", "Values": ["s"]}],
        "ResourceTypeFilters": ["kms:key"],
        "PaginationToken": "",
        "ResourcesPerPage": 100,
    }
    assert kms.get_resources(**listing)["ResourceTagMappingList"] == []
    clock.advance(300)
    assert len(kms.get_resources(**listing)["ResourceTagMappingList"]) == 1


def test_the_same_seed_makes_the_same_keys() -> None:
    """A simulation that failed can be run again, key for key."""
    first, second = kms_with("ECC_NIST_P256", seed=7), kms_with("ECC_NIST_P256", seed=7)
    assert first[2] == second[2]
    assert first[0].get_public_key(KeyId=first[2]) == second[0].get_public_key(KeyId=second[2])
