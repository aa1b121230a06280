"""The cost model: what it adds up, and that the page shows what it says today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cost.__main__ import BEGIN, END, tables
from benchmarks.cost.model import bill, quota_shares, sustainable_tokens
from benchmarks.cost.prices import Prices
from benchmarks.cost.workload import MONTH, Workload

PAGE = Path(__file__).parents[3] / "docs" / "cost-and-scale.md"


def test_the_page_shows_what_the_model_says() -> None:
    """The tables in the docs are the model's, to the character."""
    text = PAGE.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip() == tables()


def test_an_idle_stack_costs_its_keys_and_what_watches_over_it() -> None:
    """Nothing signed, nothing verified, nobody looks: keys, alarms, metrics and a dashboard."""
    idle = bill(Workload(outside_verifiers=0))
    # Two algorithms, an active and a standby key each, and one in its grace for a week of four.
    assert idle.services["KMS keys"] == pytest.approx(2 * (2 + 7 / 30), rel=0.01)
    fixed = idle.services["KMS keys"] + idle.services["CloudWatch, metrics and alarms"]
    assert idle.total - fixed < 1


def test_a_signature_costs_what_kms_asks_for_its_kind() -> None:
    """One token a second is MONTH signatures, RSA 2048 at a fifth of the price of ECC."""
    ecc, rsa = (bill(Workload(tokens=1, algorithm=name)) for name in ("ES256", "RS256"))
    assert ecc.services["KMS signatures"] == pytest.approx(MONTH * 0.15 / 10_000)
    assert ecc.services["KMS signatures"] == pytest.approx(5 * rsa.services["KMS signatures"])


def test_verifying_makes_no_call_that_is_paid_for_each_time_but_lambdas_and_the_log() -> None:
    """A hundred times the verifications leave KMS, DynamoDB and the publishing API as they were."""
    few, many = (bill(Workload(verifications=n)) for n in (10, 1_000))
    for name in ("KMS keys", "KMS signatures", "DynamoDB", "API Gateway"):
        assert many.services[name] == pytest.approx(few.services[name], rel=0.01)


def test_the_origin_is_asked_as_often_as_the_edges_must_and_no_more() -> None:
    """A million outside verifiers cost CloudFront requests, not API Gateway ones."""
    many = bill(Workload(outside_verifiers=1_000_000))
    most = 20 * MONTH / 60 * Prices().api_request
    assert many.services["API Gateway"] == pytest.approx(most)


def test_a_key_is_not_paid_for_while_its_deletion_is_pending() -> None:
    """So the waiting time of up to 30 days costs nothing, and a longer grace does."""
    usual, longer = (bill(Workload(lingering=days * 86_400)).services["KMS keys"] for days in (7, 37))
    assert longer - usual == pytest.approx(2 * 1.0)


def test_a_revocation_costs_its_invalidations_and_a_new_key() -> None:
    """Four documents, emptied twice, at half a cent a path."""
    none, ten = (bill(Workload(revocations=n)) for n in (0, 10))
    assert ten.services["CloudFront"] - none.services["CloudFront"] == pytest.approx(10 * 8 * 0.005)
    assert ten.services["S3, EventBridge"] > none.services["S3, EventBridge"]


def test_what_is_turned_on_is_paid_for() -> None:
    """`POST /token` adds API Gateway's requests, idempotency keys add writes."""
    plain = bill(Workload(tokens=100))
    http, once = bill(Workload(tokens=100, over_http=1)), bill(Workload(tokens=100, idempotent=1))
    assert http.services["API Gateway"] - plain.services["API Gateway"] == pytest.approx(100 * MONTH * 3.5e-6)
    assert once.services["DynamoDB"] - plain.services["DynamoDB"] == pytest.approx(100 * MONTH * 4 * 0.625e-6)


def test_batches_spare_invokes_and_their_log_lines_and_no_signature() -> None:
    """KMS signs each token by itself."""
    single, batched = bill(Workload(tokens=100)), bill(Workload(tokens=100, batch=100))
    assert batched.services["KMS signatures"] == single.services["KMS signatures"]
    assert batched.services["CloudWatch, logs"] < single.services["CloudWatch, logs"] / 2


@given(
    st.builds(
        Workload,
        tokens=st.floats(0, 1e5),
        verifications=st.floats(0, 1e6),
        issuers=st.integers(1, 10_000),
        batch=st.integers(1, 500),
        decision_hits=st.floats(0, 1),
    )
)
def test_more_of_anything_never_costs_less(workload: Workload) -> None:
    """The bill grows with tokens, verifications and issuers."""
    base = bill(workload).total
    for name in ("tokens", "verifications", "issuers"):
        more = replace(workload, **{name: getattr(workload, name) * 2})
        assert bill(more).total >= base * 0.999999


def test_kms_is_the_quota_that_a_signer_meets_first() -> None:
    """At a thousand tokens a second KMS is at its bound and Lambda far from it."""
    shares = quota_shares(Workload(tokens=1_000))
    assert max(shares, key=lambda name: shares[name]) == "KMS signatures a second"
    assert shares["KMS signatures a second"] == pytest.approx(1)


def test_regions_and_quota_classes_multiply() -> None:
    """Two Regions with ECC and RSA side by side sign four times as much."""
    assert sustainable_tokens(regions=2, quota_classes=2) == 4 * sustainable_tokens()
