"""What two promises together promise, and what a KMS key remembers of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwx.ring.promises import Promises

SECONDS = st.integers(0, 2**31)
PROMISES = st.builds(
    Promises,
    max_token_lifetime=SECONDS,
    signer_cache=SECONDS,
    verifier_leeway=SECONDS,
    clock_skew=SECONDS,
    on_edge=SECONDS,
    in_clients=SECONDS,
)


@given(PROMISES, PROMISES)
def test_a_wider_promise_keeps_both(one: Promises, other: Promises) -> None:
    """A token may mix the lifetime of one with the leeway of the other."""
    both = one.widen(other)
    assert both.retention >= max(one.retention, other.retention)
    assert both == other.widen(one) == both.widen(one)


@given(PROMISES)
def test_a_tag_holds_all_of_it_within_what_kms_allows(promises: Promises) -> None:
    """TagResource: at most 256 characters out of letters, digits, spaces and `_.:/=+-@`."""
    tag = promises.to_tag()
    assert re.fullmatch(r"[A-Za-z0-9 _.:/=+\-@]{1,256}", tag)
    assert Promises.from_tag(tag) == promises


@pytest.mark.parametrize(
    "tag", ["", "forever", "max_token_lifetime=1", "max_token_lifetime=-1 signer_cache=x"]
)
def test_a_tag_that_a_person_wrote_otherwise_says_nothing(tag: str) -> None:
    """The ring's own policy has to do, as for keys from before there was such a tag."""
    assert Promises.from_tag(tag) is None
