"""The state of a key follows from its times, and the JWK Set from the states."""

from __future__ import annotations

import pytest

from jwx.ring.keyring import SigningKey, State
from tests.unit.core.ring.rings import T0, active, key, ring


@pytest.mark.parametrize(
    ("one", "state", "published"),
    [
        (key("k"), State.PENDING, True),
        (active("k"), State.ACTIVE, True),
        (active("k", signing_ended_at=T0), State.RETIRING, True),
        (key("k", signing_ended_at=T0), State.RETIRING, True),
        (active("k", signing_ended_at=T0, retired_at=T0), State.RETIRED, False),
        (active("k", retired_at=T0, deleted_at=T0), State.DELETED, False),
        (active("k", revoked_at=T0), State.REVOKED, False),
        (active("k", revoked_at=T0, deleted_at=T0, until=T0 + 9), State.REVOKED, False),
        (key("k", until=T0 + 1), State.IMPORTED, True),
        (key("k", until=T0), State.EXPIRED, False),
    ],
)
def test_the_state_follows_from_the_times(one: SigningKey, state: State, published: bool) -> None:
    """And decides alone whether the key is in the JWK Set."""
    assert one.state(T0) is state
    assert bool(ring(one).published(T0)) is published


def test_the_standby_is_the_pending_key_that_may_sign_first() -> None:
    """Neither revoked nor retired nor foreign ones stand by."""
    keys = ring(
        active("a"),
        key("late", activate_not_before=T0 + 9),
        key("soon", activate_not_before=T0 + 5),
        key("revoked", activate_not_before=T0 + 1, revoked_at=T0),
        key("foreign", until=T0 + 99),
        key("ended", signing_ended_at=T0),
    )
    standby = keys.standby("ES256")
    assert standby is not None
    assert standby.kid == "soon"


def test_the_set_is_sorted_by_kid() -> None:
    """So that equal rings publish equal bytes."""
    assert [k.kid for k in ring(key("b"), key("a")).published(T0)] == ["a", "b"]
