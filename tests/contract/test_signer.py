"""What KMS signs, verified with the JWK that would be published: on the fake and on the emulator alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from jwx.errors import InvalidRequest, SigningUnavailable
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jwk import load_public_key, public_jwk
from jwx_aws.kms import KmsKeys
from jwx_aws.kms_signer import KmsSigner
from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms, fake_keys, fake_signer

pytestmark = pytest.mark.slow  # the emulator has to start

ML_DSA = sorted(name for name in ALGORITHMS if name.startswith("ML-DSA"))
OTHERS = sorted(set(ALGORITHMS) - set(ML_DSA))
EVERYWHERE = [(where, name) for where in ("fake", "emulator") for name in OTHERS]
# The emulator has no ML-DSA: only the fake, by KMS's documented rules, holds the adapter to it.
SIGNED = [*EVERYWHERE, *(("fake", name) for name in ML_DSA)]


@dataclass(frozen=True)
class Kms:
    """Both adapters on one KMS, and its bare client."""

    keys: KmsKeys
    signer: KmsSigner
    client: Any


@pytest.fixture(scope="module")
def fake() -> Kms:
    """The fake KMS."""
    clock = FakeClock()
    kms = FakeKms(clock)
    return Kms(fake_keys(kms, clock), fake_signer(kms), kms)


@pytest.fixture(scope="module")
def emulator_kms(aws: Callable[[str], Any]) -> Kms:
    """The emulator's KMS."""
    kms = aws("kms")
    keys = KmsKeys(kms, aws("resourcegroupstaggingapi"), stack="signer", sleep=lambda _: None)
    return Kms(keys, KmsSigner(kms), kms)


def kms_of(request: pytest.FixtureRequest, where: str) -> Kms:
    kms: Kms = request.getfixturevalue("fake" if where == "fake" else "emulator_kms")
    return kms


def new_key(kms: Kms, algorithm: str) -> str:
    return kms.keys.create(issuer="default", algorithm=algorithm, operation="op", rsa_bits=2048)


@pytest.mark.parametrize(("where", "algorithm"), SIGNED)
def test_the_published_key_verifies(request: pytest.FixtureRequest, where: str, algorithm: str) -> None:
    """A signature is in JWS form: the row's own verification takes it, and no other message's."""
    kms, row = kms_of(request, where), ALGORITHMS[algorithm]
    arn = new_key(kms, algorithm)
    key = load_public_key(public_jwk(kms.keys.public_key(arn), algorithm=row), row)
    signature = kms.signer.sign(arn, algorithm, b"header.payload")
    assert row.verify(key, signature, b"header.payload")
    assert not row.verify(key, signature, b"header.tampered")


@pytest.mark.parametrize(
    ("where", "algorithm"), [*(("emulator", a) for a in ("RS256", "PS384", "ES512")), ("fake", "ML-DSA-65")]
)
def test_size_does_not_matter_where_a_digest_is_signed(
    request: pytest.FixtureRequest, where: str, algorithm: str
) -> None:
    """KMS takes 4096 bytes; a digest, or the mu of ML-DSA, stands for a message of any size."""
    kms, row = kms_of(request, where), ALGORITHMS[algorithm]
    arn, message = new_key(kms, algorithm), b"x" * 20_000
    key = load_public_key(public_jwk(kms.keys.public_key(arn), algorithm=row), row)
    assert row.verify(key, kms.signer.sign(arn, algorithm, message), message)


@pytest.mark.parametrize("where", ["fake", "emulator"])
def test_ed25519_signs_up_to_4096_bytes(request: pytest.FixtureRequest, where: str) -> None:
    """One byte more is refused before KMS is asked, with the size in the message."""
    kms = kms_of(request, where)
    arn = new_key(kms, "Ed25519")
    assert len(kms.signer.sign(arn, "Ed25519", b"x" * 4096)) == 64
    with pytest.raises(InvalidRequest, match=r"4097 bytes.*4096.*Ed25519"):
        kms.signer.sign(arn, "Ed25519", b"x" * 4097)


@pytest.mark.parametrize("where", ["fake", "emulator"])
def test_a_disabled_key_does_not_sign(request: pytest.FixtureRequest, where: str) -> None:
    """The answer says that the key is refused, not that KMS is busy, and shows no ARN."""
    kms = kms_of(request, where)
    arn = new_key(kms, "ES256")
    kms.keys.disable(arn)
    with pytest.raises(SigningUnavailable, match="DisabledException") as refused:
        kms.signer.sign(arn, "ES256", b"message")
    assert not refused.value.throttled
    assert "arn:" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("where", ["fake", "emulator"])
def test_a_key_to_be_deleted_does_not_sign(request: pytest.FixtureRequest, where: str) -> None:
    """Pending deletion is a state that KMS refuses to sign in."""
    kms = kms_of(request, where)
    arn = new_key(kms, "ES256")
    kms.keys.schedule_deletion(arn, days=7)
    with pytest.raises(SigningUnavailable, match="KMSInvalidStateException"):
        kms.signer.sign(arn, "ES256", b"message")


@pytest.mark.parametrize("where", ["fake", "emulator"])
def test_an_unknown_key_does_not_sign(request: pytest.FixtureRequest, where: str) -> None:
    """A key that is gone, or not there yet, is unavailable."""
    kms = kms_of(request, where)
    with pytest.raises(SigningUnavailable, match="NotFoundException"):
        kms.signer.sign(new_key(kms, "ES256")[:-12] + "000000000000", "ES256", b"message")
