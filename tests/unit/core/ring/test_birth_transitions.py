"""How a key enters a ring."""

from __future__ import annotations

from jwx.ring import birth_transitions
from jwx.ring.keyring import Birth
from tests.unit.core.ring.rings import T0, ring

JWK = {"kid": "new", "kty": "EC"}


def born(**fields: object) -> Birth:
    """A birth that is ready to be published."""
    known = {"operation": "op", "algorithm": "ES256", "started_at": T0, "key_arn": "arn", "jwk": JWK}
    return Birth(**{**known, **fields})  # type: ignore[arg-type]


def test_the_first_public_write_makes_first_keys() -> None:
    """Only that one does."""
    first = birth_transitions.publish(ring(births=(born(),), served_at=None), operations=["op"], now=T0 + 5)
    later = birth_transitions.publish(ring(births=(born(),)), operations=["op"], now=T0 + 5)
    assert (first.keys[0].first, first.served_at) == (True, T0 + 5)
    assert (later.keys[0].first, later.served_at) == (False, T0)


def test_a_birth_that_was_given_up_is_never_published() -> None:
    """Its key is about to be deleted."""
    before = ring(births=(born(given_up=True),))
    assert birth_transitions.publish(before, operations=["op"], now=T0) == before
