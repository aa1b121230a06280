"""KMS's eventual consistency and refusals, as no emulator shows them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from jwx.errors import KeyNotMade, KeyServiceUnavailable, SigningUnavailable
from jwx.ports import KeyStatus
from jwx_aws.kms import BACK_OFF
from tests.fakes.calls import Calls
from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms, fake_keys, fake_signer, refusal


def create(kms: FakeKms, clock: FakeClock, algorithm: str = "ES256") -> str:
    return fake_keys(kms, clock).create(
        issuer="default", algorithm=algorithm, operation="op-1", rsa_bits=2048
    )


def test_a_key_that_appears_late_is_waited_for() -> None:
    """A key unknown for seconds after CreateKey is not taken for a deleted one."""
    clock = FakeClock()
    kms = FakeKms(clock, appears_after=5)
    arn = create(kms, clock)
    assert fake_keys(kms, clock).status(arn) is KeyStatus.USABLE


def test_the_waiting_is_bounded() -> None:
    """A key that never appears ends the waiting with a typed error, not with the function's time-out."""
    clock = FakeClock()
    kms = FakeKms(clock, appears_after=3600)
    arn, began = create(kms, clock), clock.exact
    with pytest.raises(KeyServiceUnavailable, match="GetPublicKey"):
        fake_keys(kms, clock).public_key(arn)
    assert clock.exact - began == pytest.approx(sum(BACK_OFF))


def test_a_mark_waits_for_a_key_that_appears_late() -> None:
    """An unknown key that turns out to be new gets its tag after all."""
    clock = FakeClock()
    kms = FakeKms(clock, appears_after=1)
    keys, arn = fake_keys(kms, clock), create(kms, clock)
    keys.mark(arn, "published")
    stored = keys.stored(arn)
    assert stored
    assert stored.mark == "published"


def test_a_key_pending_deletion_takes_orders_in_silence() -> None:
    """KMS refuses to tag or disable it; nothing is left to be done, so nothing fails."""
    clock = FakeClock()
    kms = FakeKms(clock)
    keys, arn = fake_keys(kms, clock), create(kms, clock)
    keys.schedule_deletion(arn, days=7)
    keys.mark(arn, "revoked")
    keys.disable(arn)
    keys.schedule_deletion(arn, days=7)
    assert keys.status(arn) is KeyStatus.DELETED


def test_a_gone_key_may_still_be_listed() -> None:
    """The tagging service shows a key for a while after KMS forgot it; KMS itself says that it is gone."""
    clock = FakeClock()
    kms = FakeKms(clock)
    keys, arn = fake_keys(kms, clock), create(kms, clock)
    keys.schedule_deletion(arn, days=7)
    clock.advance(7 * 86400)
    assert [listed.key_arn for listed in keys.list_keys()] == [arn]
    assert keys.stored(arn) is None


@pytest.mark.parametrize("code", ["ThrottlingException", "LimitExceededException", "AccessDeniedException"])
def test_a_refusal_is_typed_and_shows_no_arn(code: str) -> None:
    """AWS puts ARNs into its messages; ours carries the code and the request id, and no cause."""
    clock = FakeClock()

    def refuse(name: str) -> None:
        raise refusal(code)

    kms = FakeKms(clock, Calls(before=refuse))
    with pytest.raises(KeyServiceUnavailable, match=f"{code} .request r-1") as refused:
        create(kms, clock)
    assert "arn:" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("LimitExceededException"), KeyNotMade),
        (refusal("AccessDeniedException"), KeyNotMade),
        (refusal("ThrottlingException"), KeyNotMade),
        (refusal("RequestTimeout"), KeyServiceUnavailable),
        (refusal("KMSInternalException"), KeyServiceUnavailable),
        (refusal("DependencyTimeoutException"), KeyServiceUnavailable),
        (ReadTimeoutError(endpoint_url="https://kms"), KeyServiceUnavailable),
    ],
)
def test_only_an_answer_says_that_no_key_was_made(error: Exception, kind: type[Exception]) -> None:
    """A refusal does; after a failure inside KMS or a lost answer there may be a key."""
    clock = FakeClock()

    def fail(name: str) -> None:
        raise error

    with pytest.raises(KeyServiceUnavailable) as failed:
        create(FakeKms(clock, Calls(after=fail)), clock)
    assert type(failed.value) is kind


@pytest.mark.parametrize(
    ("code", "busy"),
    [("ThrottlingException", True), ("DisabledException", False), ("NotFoundException", False)],
)
def test_signing_tells_a_busy_kms_from_a_refused_key(code: str, busy: bool) -> None:
    """The same key may sign in a moment when KMS is busy; it will not when it is disabled."""
    clock, calls = FakeClock(), Calls()
    kms = FakeKms(clock, calls)
    arn = create(kms, clock)

    def refuse(name: str) -> None:
        raise refusal(code)

    calls.before = refuse
    with pytest.raises(SigningUnavailable) as refused:
        fake_signer(kms).sign(arn, "ES256", b"message")
    assert refused.value.throttled is busy


def test_a_token_costs_one_call() -> None:
    """Once warm, KMS is asked for the signature and for nothing else, ML-DSA's mu included."""
    clock, calls = FakeClock(), Calls()
    kms = FakeKms(clock, calls)
    signer = fake_signer(kms)
    for algorithm in ("ES256", "ML-DSA-44"):
        arn = create(kms, clock, algorithm)
        signer.sign(arn, algorithm, b"first")
        calls.names.clear()
        signer.sign(arn, algorithm, b"second")
        assert calls.names == ["kms.Sign"]
