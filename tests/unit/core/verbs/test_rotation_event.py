"""What the rotation takes an event for, and what it takes from nobody."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.errors import InvalidRequest
from jwx.verbs.rotation_event import heard, verb_of

DETAIL = {"issuer": "shop", "kid": "k-1", "reason": "leaked"}


def revocation(detail: Any) -> dict[str, Any]:
    return {"detail-type": "Signing Key Revocation Requested", "source": "security", "detail": detail}


def test_the_schedule_means_every_issuer() -> None:
    """Whatever else its event holds."""
    event = {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}
    assert verb_of(event) == {"action": "reconcile", "issuer": "*"}


def test_a_summons_means_one_issuer() -> None:
    """A signer whose key is refused asks for no more than the schedule does."""
    event = {"detail-type": "Rotation Summoned", "issuer": "shop", "action": "delete_issuer"}
    assert verb_of(event) == {"action": "reconcile", "issuer": "shop"}


def test_a_summons_names_its_issuer() -> None:
    """A run over all issuers is the schedule's."""
    with pytest.raises(InvalidRequest, match="issuer"):
        verb_of({"detail-type": "Rotation Summoned", "issuer": "*"})


@pytest.mark.parametrize("event", [{"action": "revoke", "issuer": "shop", "kid": "k-1"}, revocation(DETAIL)])
def test_the_alias_decides_what_may_be_asked(event: Any) -> None:
    """By the signer's alias everything is a summons, by no alias or another one nothing changes."""
    asked = heard(event, qualifier="reconcile")
    assert asked == {"detail-type": "Rotation Summoned", "issuer": event.get("issuer")}
    assert heard(event, qualifier="jwx-rotation") is event


def test_a_revocation_may_be_asked_for_by_event() -> None:
    """Issuer, kid and reason are taken over, to be checked like any other request."""
    assert verb_of(revocation(DETAIL)) == {"action": "revoke", **DETAIL}


def test_any_other_request_is_passed_on_as_it_is() -> None:
    """The verbs check what a direct invoke sends, down to things that are no object."""
    assert verb_of({"action": "status"}) == {"action": "status"}
    assert verb_of(None) is None


@pytest.mark.parametrize("field", [{"force": True}, {"action": "delete_issuer"}, {"policy": {}}])
def test_an_event_can_do_nothing_but_revoke(field: dict[str, Any]) -> None:
    """Neither another verb nor `force` gets in through the detail, and the message names the field."""
    with pytest.raises(InvalidRequest, match=next(iter(field))):
        verb_of(revocation(DETAIL | field))


@pytest.mark.parametrize("kind", ["Signing Key Revoked", "reconcile", None, 7, {"a": 1}])
def test_an_unknown_event_is_refused(kind: Any) -> None:
    """Our own events, sent back to us by mistake, do nothing; nor does a verb inside an envelope."""
    with pytest.raises(InvalidRequest, match="detail-type"):
        verb_of({"detail-type": kind, "action": "delete_issuer", "detail": DETAIL})


@pytest.mark.parametrize("detail", [None, "{}", [], 7])
def test_a_detail_must_be_an_object(detail: Any) -> None:
    """EventBridge sends one; anything else was made by hand, and wrongly."""
    with pytest.raises(InvalidRequest, match="detail"):
        verb_of(revocation(detail))
