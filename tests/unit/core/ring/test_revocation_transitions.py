"""A revoked key is out for ever, and its standby in."""

from __future__ import annotations

import pytest

from jwx.errors import UnknownKey
from jwx.ring import revocation_transitions
from jwx.ring.keyring import State
from tests.unit.core.ring.rings import T0, active, key, ring


def test_a_revocation_promotes_a_ready_standby_in_the_same_write() -> None:
    """Revoking twice changes nothing."""
    once = revocation_transitions.revoke(
        ring(active("a"), key("b", activate_not_before=T0)), kid="a", reason="leaked", now=T0 + 1
    )
    assert [k.state(T0 + 1) for k in once.keys] == [State.REVOKED, State.ACTIVE]
    assert revocation_transitions.revoke(once, kid="a", reason=None, now=T0 + 2) == once


def test_a_revocation_without_ready_standby_stops_signing() -> None:
    """A key that caches may not hold must not sign unasked."""
    after = revocation_transitions.revoke(
        ring(active("a"), key("b", activate_not_before=T0 + 99)), kid="a", reason=None, now=T0 + 1
    )
    assert after.active("ES256") is None


def test_revoking_an_unknown_key_is_refused() -> None:
    """A typed error."""
    with pytest.raises(UnknownKey, match="nobody"):
        revocation_transitions.revoke(ring(), kid="nobody", reason=None, now=T0)
