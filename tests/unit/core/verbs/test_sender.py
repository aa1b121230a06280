"""Who asked: taken from the event, bounded, and free of what must not be told."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.origin import Origin
from jwx.verbs.sender import origin_of

REVOCATION = {
    "detail-type": "Signing Key Revocation Requested",
    "source": "security.automation",
    "account": "111122223333",
    "detail": {"issuer": "shop", "kid": "k-1"},
}


def asked(event: Any) -> Origin:
    return origin_of(event, request_id="r-1")


@pytest.mark.parametrize(
    ("event", "requested_by", "verb", "issuer"),
    [
        ({"source": "aws.scheduler", "detail-type": "Scheduled Event"}, "schedule", "reconcile", "*"),
        ({"detail-type": "Rotation Summoned", "issuer": "shop"}, "signer", "reconcile", "shop"),
        (REVOCATION, "event", "revoke", "shop"),
        ({"action": "rotate", "issuer": "shop"}, "invoke", "rotate", "shop"),
        ({"action": "status"}, "invoke", "status", "default"),
    ],
)
def test_each_way_in_is_told_apart(event: Any, requested_by: str, verb: str, issuer: str) -> None:
    """By the event alone, which is all that Lambda gives."""
    origin = asked(event)
    assert (origin.requested_by, origin.verb, origin.issuer) == (requested_by, verb, issuer)
    assert origin.request_id == "r-1"


def test_the_source_of_an_event_is_kept_and_its_account_is_not() -> None:
    """Security automation is known by the name that it gives itself."""
    assert asked(REVOCATION).source == "security.automation"
    assert "111122223333" not in str(asked(REVOCATION))


@pytest.mark.parametrize(
    "source",
    ["arn:aws:iam::111122223333:user/x", "from-111122223333", "x" * 65, "a b", "", 7, None, ["x"]],
)
def test_a_source_that_may_hold_more_is_left_out(source: Any) -> None:
    """ARNs, account ids, long texts and other types."""
    assert asked(REVOCATION | {"source": source}).source is None


def test_a_direct_invoke_gives_itself_no_source() -> None:
    """It may be anybody's; CloudTrail knows whose."""
    assert asked({"action": "rotate", "source": "aws.scheduler"}).source is None


@pytest.mark.parametrize(
    "event",
    [None, [], "x", {}, {"action": "mint"}, {"action": {}}, {"detail-type": []}, {"detail-type": "x"}],
)
def test_nonsense_is_unknown_and_never_an_error(event: Any) -> None:
    """The line that tells of a refusal must not fail itself."""
    origin = asked(event)
    assert (origin.requested_by, origin.verb) == ("invoke", "unknown")


@pytest.mark.parametrize("issuer", ["a/b", "x" * 64, 7, {"a": 1}, None])
def test_a_name_that_is_none_is_not_repeated(issuer: Any) -> None:
    """A log line of any length would be the caller's to choose."""
    assert asked({"action": "rotate", "issuer": issuer}).issuer == "unknown"
