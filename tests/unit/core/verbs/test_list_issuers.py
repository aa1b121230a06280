"""The verb that lists issuers, and what an answer says of one that goes."""

from __future__ import annotations

import pytest

from jwx.errors import InvalidRequest
from jwx.verbs.dispatch import ISSUERS_A_PAGE
from tests.lifecycle.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.run()
    return world


def test_all_issuers_are_named(world: World) -> None:
    """One page holds them all, and no next page is promised."""
    world.do("create_issuer", issuer="orders")

    assert world.do("list_issuers") == {"issuers": ["default", "orders"], "next": None}


def test_pages_follow_each_other(world: World) -> None:
    """Following `next` meets each issuer once, and the last page says that it is the last."""
    ring = world.ring()
    names = [f"i{number:03}" for number in range(2 * ISSUERS_A_PAGE)]
    world.store.rings = dict.fromkeys(names, ring)

    first = world.do("list_issuers")
    second = world.do("list_issuers", after=first["next"])

    assert first["issuers"] + second["issuers"] == names
    assert second["next"] is None


def test_listing_takes_no_issuer(world: World) -> None:
    """It is about all of them: naming one is a mistake, and told."""
    with pytest.raises(InvalidRequest, match="'issuer': list_issuers takes no such field"):
        world.do("list_issuers", issuer="orders")


def test_a_departing_issuer_says_since_when(world: World) -> None:
    """Else its answer could not be told from that of an issuer in trouble."""
    world.do("create_issuer", issuer="orders")
    assert "deleting_since" not in world.do("status", issuer="orders")

    answer = world.do("delete_issuer", issuer="orders")

    assert answer["deleting_since"] == world.clock()
    assert answer["deleted_at"] is None
