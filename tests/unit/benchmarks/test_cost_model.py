"""The cost model: what it adds up, and that the page shows what it says today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cost.__main__ import BEGIN, END, tables
from benchmarks.cost.model import MONTH, Workload, bill, quota_shares, sustainable_tokens
from benchmarks.cost.prices import Prices

PAGE = Path(__file__).parents[3] / "docs" / "cost-and-scale.md"


def test_the_page_shows_what_the_model_says() -> None:
    """The tables in the docs are the model's, to the character."""
    text = PAGE.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip() == tables()


def test_an_idle_stack_costs_its_keys_and_little_else() -> None:
    """Nothing signed, nothing verified: the KMS keys are most of the bill."""
    idle = bill(Workload(outside_verifiers=0))
    assert idle.services["KMS keys"] == 5
    assert idle.total - idle.services["KMS keys"] < 12


def test_a_signature_costs_what_kms_asks_for_its_kind() -> None:
    """One token a second is MONTH signatures, RSA 2048 at a fifth of the price of ECC."""
    ecc, rsa = (bill(Workload(tokens=1, algorithm=name)) for name in ("ES256", "RS256"))
    assert ecc.services["KMS signatures"] == pytest.approx(MONTH * 0.15 / 10_000)
    assert ecc.services["KMS signatures"] == pytest.approx(5 * rsa.services["KMS signatures"])


def test_verifying_makes_no_call_that_is_paid_for_each_time_but_lambdas_and_the_log() -> None:
    """A hundred times the verifications leave KMS, DynamoDB and the publishing API as they were."""
    few, many = (bill(Workload(verifications=n)) for n in (10, 1_000))
    for name in ("KMS keys", "KMS signatures", "DynamoDB", "API Gateway (publishing)"):
        assert many.services[name] == pytest.approx(few.services[name], rel=0.01)


def test_the_origin_is_asked_as_often_as_the_edges_must_and_no_more() -> None:
    """A million outside verifiers cost CloudFront requests, not API Gateway ones."""
    many = bill(Workload(outside_verifiers=1_000_000))
    most = 20 * MONTH / 60 * Prices().api_request
    assert many.services["API Gateway (publishing)"] == pytest.approx(most)


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
