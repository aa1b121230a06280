"""What a verb tells the KMS keys before it tells the key ring."""

from __future__ import annotations

import pytest

from jwx.errors import KeyServiceUnavailable
from jwx.ring.promises import Promises
from tests.fakes.kms import refusal
from tests.lifecycle.scenarios import running
from tests.lifecycle.world import POLICY, World


def remembered(world: World, kid: str) -> Promises:
    """What the KMS key of `kid` remembers."""
    key = world.ring().key(kid)
    stored = world.rotating().keys.stored((key and key.key_arn) or "")
    assert stored is not None
    assert stored.promises is not None
    return stored.promises


def busy(call: str) -> None:
    """KMS takes no tags just now."""
    if call == "kms.TagResource":
        raise refusal("ThrottlingException", "TagResource")


def test_a_published_key_remembers_the_policy_of_its_birth() -> None:
    """Before anybody could fill a cache with it."""
    world = World()
    running(world)
    assert remembered(world, world.active_kid()) == POLICY.promises


def test_a_wider_policy_is_remembered_beside_all_earlier_ones() -> None:
    """The largest of each, whatever came between."""
    world = World()
    running(world)
    for policy in ({"stale_if_error": 5000}, {"stale_if_error": 0}, {"max_token_lifetime": 7200}):
        world.do("update_policy", policy=policy)
    known = remembered(world, world.active_kid())
    assert known.max_token_lifetime == 7200
    assert known.on_edge == POLICY.on_edge + 5000 - POLICY.stale_if_error


def test_a_narrower_policy_asks_nothing_of_kms() -> None:
    """What is remembered covers it."""
    world = World()
    running(world)
    world.calls.before = busy
    world.do("update_policy", policy={"max_token_lifetime": 60})
    assert world.ring().policy.max_token_lifetime == 60


def test_a_promise_that_cannot_be_remembered_is_not_made() -> None:
    """The refusal changes nothing; the caller may try again."""
    world = World()
    running(world)
    world.calls.before = busy
    with pytest.raises(KeyServiceUnavailable):
        world.do("update_policy", policy={"max_token_lifetime": 7200})
    assert world.ring().policy == POLICY


def test_a_revocation_waits_for_no_mark() -> None:
    """KMS being busy must not keep a stolen key in use."""
    world = World()
    running(world)
    kid = world.active_kid()
    world.calls.before = busy
    world.do("revoke", kid=kid)
    key = world.ring().key(kid)
    assert key is not None
    assert key.revoked_at is not None
