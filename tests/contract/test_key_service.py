"""What every `KeyService` keeps: the adapter on the fake KMS and on the emulator alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from jwx.errors import KeyServiceUnavailable
from jwx.ports import KeyStatus, ListedKey
from jwx.ring.policy import RotationPolicy
from jwx_aws.kms import KmsKeys
from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms, fake_keys

pytestmark = pytest.mark.slow  # the emulator has to start

Make = Callable[[str], KmsKeys]


@pytest.fixture(params=["fake", "emulator"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes the service of a stack; services of several stacks share one KMS."""
    if request.param == "fake":
        clock = FakeClock()
        kms = FakeKms(clock, appears_after=2)
        return lambda stack: fake_keys(kms, clock, stack=stack)
    aws: Callable[[str], Any] = request.getfixturevalue("aws")
    return lambda stack: KmsKeys(
        aws("kms"), aws("resourcegroupstaggingapi"), stack=stack, sleep=lambda _: None
    )


@pytest.fixture
def stack() -> str:
    """A stack of its own, since the emulator keeps keys from test to test."""
    return f"stack-{uuid4().hex}"


@pytest.fixture
def keys(make: Make, stack: str) -> KmsKeys:
    """The service of that stack."""
    return make(stack)


def new_key(
    keys: KmsKeys, *, issuer: str = "default", algorithm: str = "ES256", operation: str = "op-1"
) -> str:
    """A key that KMS knows everywhere: asking for its public key waits for that."""
    arn = keys.create(issuer=issuer, algorithm=algorithm, operation=operation, rsa_bits=2048)
    keys.public_key(arn)
    return arn


def test_a_new_key_is_usable_and_tells_what_it_is_for(keys: KmsKeys) -> None:
    """Its tags name issuer, operation and algorithm, and no mark yet."""
    arn = new_key(keys, issuer="shop", algorithm="PS256", operation="op-9")
    stored = keys.stored(arn)
    assert stored
    assert (stored.key_arn, stored.issuer, stored.operation) == (arn, "shop", "op-9")
    assert (stored.algorithm, stored.mark, stored.status) == ("PS256", None, KeyStatus.USABLE)
    assert keys.status(arn) is KeyStatus.USABLE


def test_the_public_key_is_of_the_asked_kind(keys: KmsKeys) -> None:
    """An EC algorithm gets its curve, an RSA one the policy's size."""
    curve = load_der_public_key(keys.public_key(new_key(keys, algorithm="ES384")))
    modulus = load_der_public_key(
        keys.public_key(keys.create(issuer="default", algorithm="RS256", operation="op-2", rsa_bits=3072))
    )
    assert isinstance(curve, ec.EllipticCurvePublicKey)
    assert curve.curve.name == "secp384r1"
    assert isinstance(modulus, rsa.RSAPublicKey)
    assert modulus.key_size == 3072


def test_a_mark_replaces_the_one_before(keys: KmsKeys) -> None:
    """The mark is one tag: published, then revoked; the other tags stay."""
    arn = new_key(keys)
    keys.mark(arn, "published")
    keys.mark(arn, "revoked")
    stored = keys.stored(arn)
    assert stored
    assert (stored.mark, stored.operation) == ("revoked", "op-1")


def test_a_promise_stands_beside_the_mark(keys: KmsKeys) -> None:
    """Both are tags of their own, and the last promise counts."""
    arn = new_key(keys)
    assert (stored := keys.stored(arn))
    assert stored.promises is None
    keys.promise(arn, RotationPolicy().promises)
    keys.mark(arn, "published")
    keys.promise(arn, RotationPolicy(max_token_lifetime=7).promises)
    assert (stored := keys.stored(arn))
    assert stored.promises == RotationPolicy(max_token_lifetime=7).promises
    assert (stored.mark, stored.operation) == ("published", "op-1")


def test_disabling_is_harmless_to_repeat(keys: KmsKeys) -> None:
    """A disabled key stays disabled, keeps its public key and can still be marked."""
    arn = new_key(keys)
    keys.disable(arn)
    keys.disable(arn)
    keys.mark(arn, "revoked")
    assert keys.status(arn) is KeyStatus.DISABLED
    assert keys.public_key(arn)


def test_deletion_is_harmless_to_repeat(keys: KmsKeys) -> None:
    """A key to be deleted counts as deleted, whatever it was told before."""
    arn = new_key(keys)
    keys.disable(arn)
    keys.schedule_deletion(arn, days=7)
    keys.schedule_deletion(arn, days=30)
    assert keys.status(arn) is KeyStatus.DELETED
    stored = keys.stored(arn)
    assert stored
    assert stored.status is KeyStatus.DELETED


def test_a_key_that_never_was_is_deleted(keys: KmsKeys) -> None:
    """An ARN that KMS does not know is told as gone, not as an error; its public key is an error."""
    unknown = new_key(keys)[:-12] + "000000000000"
    assert keys.status(unknown) is KeyStatus.DELETED
    assert keys.stored(unknown) is None
    keys.mark(unknown, "revoked")
    keys.disable(unknown)
    keys.schedule_deletion(unknown, days=7)
    with pytest.raises(KeyServiceUnavailable) as refused:
        keys.public_key(unknown)
    assert "arn:" not in str(refused.value)


def test_the_listing_holds_the_stack_and_nothing_else(make: Make, stack: str) -> None:
    """Keys of another stack in the same account are not ours to judge."""
    keys, other = make(stack), make(f"{stack}-other")
    mine = {new_key(keys, issuer="a"), new_key(keys, issuer="b")}
    theirs = new_key(other, issuer="a")
    assert {stored.key_arn for stored in keys.list_keys()} == mine
    assert {stored.key_arn for stored in other.list_keys("a")} == {theirs}


def test_the_listing_can_be_of_one_issuer(keys: KmsKeys) -> None:
    """A listed key tells what its tags say."""
    arn = new_key(keys, issuer="shop", operation="op-3")
    new_key(keys, issuer="other")
    keys.mark(arn, "published")
    keys.disable(arn)
    listed = ListedKey(key_arn=arn, issuer="shop", operation="op-3", mark="published")
    assert list(keys.list_keys("shop")) == [listed]


def test_the_listing_goes_on_behind_its_first_page(keys: KmsKeys) -> None:
    """More keys than one page of the tagging service holds are all listed, each once."""
    made = [new_key(keys, operation=f"op-{n}") for n in range(120)]
    listed = [stored.key_arn for stored in keys.list_keys()]
    assert sorted(listed) == sorted(made)
