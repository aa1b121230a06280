"""Bounds and bad input of every verb: a typed error that names field, value and bound; the ring unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jwx.errors import (
    InvalidPolicy,
    InvalidRequest,
    IssuerExists,
    JwxError,
    KeyRingUnavailable,
    StandbyNotReady,
    TooManyKeys,
    UnknownIssuer,
    UnknownKey,
)
from jwx.ring.keyring import Tombstone
from tests.lifecycle.scenarios import FOREIGN, just_rotated, running
from tests.lifecycle.world import World

LATER = 1_800_100_000
NO_KEY = {**FOREIGN, "kty": "oct", "k": "c2VjcmV0"}
PRIVATE = {**FOREIGN, "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}

REFUSED: list[tuple[dict[str, Any] | Any, type[JwxError], list[str]]] = [
    (["rotate"], InvalidRequest, ["request", "rotate"]),
    ({}, InvalidRequest, ["action", "None"]),
    ({"action": "destroy"}, InvalidRequest, ["action", "destroy", "reconcile"]),
    ({"action": ["rotate"]}, InvalidRequest, ["action"]),
    ({"action": "rotate", "kid": "x"}, InvalidRequest, ["kid", "rotate"]),
    ({"action": "status", "issuer": "Not A Name"}, InvalidRequest, ["issuer", "Not A Name", "63"]),
    ({"action": "status", "issuer": 7}, InvalidRequest, ["issuer", "7"]),
    ({"action": "status", "issuer": "api"}, InvalidRequest, ["issuer", "api"]),
    ({"action": "rotate", "issuer": "*"}, InvalidRequest, ["issuer"]),
    ({"action": "status", "issuer": "nobody"}, UnknownIssuer, ["issuer", "nobody"]),
    ({"action": "plan", "issuer": "nobody"}, UnknownIssuer, ["issuer", "nobody"]),
    ({"action": "rotate", "issuer": "nobody"}, UnknownIssuer, ["issuer", "nobody"]),
    ({"action": "reconcile", "issuer": "nobody"}, UnknownIssuer, ["issuer", "nobody"]),
    ({"action": "rotate", "algorithm": "RS256"}, InvalidRequest, ["algorithm", "RS256", "ES256"]),
    ({"action": "rotate", "algorithm": 1}, InvalidRequest, ["algorithm", "1"]),
    ({"action": "rotate", "force": "yes"}, InvalidRequest, ["force", "yes"]),
    ({"action": "rotate", "active_kid": ""}, InvalidRequest, ["active_kid"]),
    ({"action": "revoke"}, InvalidRequest, ["kid", "missing"]),
    ({"action": "revoke", "kid": "nobody"}, UnknownKey, ["kid", "nobody"]),
    ({"action": "revoke", "kid": "x" * 129}, InvalidRequest, ["kid", "128"]),
    ({"action": "revoke", "kid": "x", "reason": "r" * 257}, InvalidRequest, ["reason", "256"]),
    ({"action": "revoke", "kid": "x", "reason": "a\nb"}, InvalidRequest, ["reason", "printable"]),
    ({"action": "create_issuer", "issuer": "default"}, IssuerExists, ["issuer", "default"]),
    ({"action": "create_issuer", "issuer": "a", "policy": 1}, InvalidRequest, ["policy", "1"]),
    ({"action": "update_policy"}, InvalidRequest, ["policy"]),
    ({"action": "update_policy", "policy": {"speed": 1}}, InvalidPolicy, ["policy.speed", "known"]),
    ({"action": "update_policy", "policy": {"grace": "1"}}, InvalidPolicy, ["policy.grace", "'1'"]),
    ({"action": "update_policy", "policy": {"grace": True}}, InvalidPolicy, ["policy.grace", "True"]),
    (
        {"action": "update_policy", "policy": {"max_token_lifetime": 0}},
        InvalidPolicy,
        ["policy.max_token_lifetime", "0", "1"],
    ),
    (
        {"action": "update_policy", "policy": {"deletion_window_days": 6}},
        InvalidPolicy,
        ["policy.deletion_window_days", "6", "7", "30"],
    ),
    (
        {"action": "update_policy", "policy": {"rotation_period": 600}},
        InvalidPolicy,
        ["policy.rotation_period", "600", "2880"],
    ),
    (
        {"action": "update_policy", "policy": {"max_age": 3600}},
        InvalidPolicy,
        ["policy.client_cache", "1800", "3600"],
    ),
    (
        {"action": "update_policy", "policy": {"max_token_lifetime": 30 * 86400}},
        InvalidPolicy,
        ["policy.rotation_period", "100"],
    ),
    ({"action": "update_policy", "policy": {"algorithms": []}}, InvalidPolicy, ["policy.algorithms"]),
    ({"action": "update_policy", "policy": {"algorithms": ["none"]}}, InvalidPolicy, ["algorithms", "none"]),
    (
        {"action": "update_policy", "policy": {"algorithms": ["ES256", "ES256"]}},
        InvalidPolicy,
        ["algorithms", "twice"],
    ),
    ({"action": "update_policy", "policy": {"rsa_bits": 2049}}, InvalidPolicy, ["rsa_bits", "2049", "3072"]),
    ({"action": "import_key", "jwk": FOREIGN}, InvalidRequest, ["until", "None"]),
    ({"action": "import_key", "jwk": FOREIGN, "until": 5}, InvalidRequest, ["until", "5"]),
    ({"action": "import_key", "jwk": FOREIGN, "until": 2**40}, InvalidRequest, ["until", str(2**40)]),
    ({"action": "import_key", "jwk": FOREIGN, "until": "soon"}, InvalidRequest, ["until", "soon"]),
    ({"action": "import_key", "jwk": "{}", "until": LATER}, JwxError, []),
    ({"action": "import_key", "jwk": NO_KEY, "until": LATER}, JwxError, []),
    ({"action": "import_key", "jwk": PRIVATE, "until": LATER}, JwxError, []),
]


@pytest.mark.parametrize(("given", "error", "named"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_bad_request_is_refused_by_name_and_changes_nothing(
    given: Any, error: type[JwxError], named: list[str]
) -> None:
    """The message names the field, what was given and what is allowed."""
    world = World()
    running(world)
    before = world.backup()
    with pytest.raises(error) as refusal:
        world.verbs().handle(given)
    assert all(word in str(refusal.value) for word in named), str(refusal.value)
    assert world.backup() == before


def test_rotating_before_the_standby_is_ready_is_refused_with_the_time() -> None:
    """The caller learns when it may."""
    world = World()
    just_rotated(world)
    world.run()
    before = world.backup()
    with pytest.raises(StandbyNotReady, match="may not sign before"):
        world.do("rotate")
    assert world.backup() == before


def test_rotating_a_key_that_is_no_longer_active_changes_nothing() -> None:
    """Two callers who saw the same key rotate it once."""
    world = World()
    running(world)
    seen = world.active_kid()
    world.do("rotate", active_kid=seen)
    after = world.active_kid()
    world.do("rotate", active_kid=seen)
    assert seen != after == world.active_kid()


def test_a_full_set_takes_no_more_keys() -> None:
    """Invariant 7: imports are refused at the bound, revocations never are."""
    world = World()
    running(world)
    foreign = world.do("import_key", jwk=FOREIGN, until=world.clock() + 86400)["keys"]
    key = world.ring().key(next(k["kid"] for k in foreign if "until" in k))
    assert key is not None
    others = tuple(replace(key, kid=f"{key.kid}-{n}") for n in range(98))
    own = tuple(k for k in world.ring().keys if k is not key)
    world.store.rings["default"] = replace(world.ring(), keys=(*own, *others))
    with pytest.raises(TooManyKeys, match="100"):
        world.do("rotate")
    with pytest.raises(TooManyKeys):
        world.do("import_key", jwk={**FOREIGN, "alg": "ES256"}, until=world.clock() + 60)
    world.do("revoke", kid=world.active_kid())
    assert len(world.ring().published(world.clock())) <= 100


def test_a_kid_that_was_revoked_is_never_imported_again() -> None:
    """Invariant 6: not while the key is in the ring, and not when only its tombstone is left."""
    world = World()
    running(world)
    until = world.clock() + 30 * 86400
    kid = next(k["kid"] for k in world.do("import_key", jwk=FOREIGN, until=until)["keys"] if "until" in k)
    with pytest.raises(InvalidRequest, match="in the key ring already"):
        world.do("import_key", jwk=FOREIGN, until=until)
    world.do("revoke", kid=kid, reason="leaked")
    with pytest.raises(InvalidRequest, match="never published again"):
        world.do("import_key", jwk=FOREIGN, until=until)
    world.run_for(3600)
    world.do("delete_issuer")
    world.run_for(4 * 3600)
    assert world.ring().deleted_at is not None
    world.run_for(6 * 3600)
    world.do("create_issuer")
    with pytest.raises(InvalidRequest, match="never published again"):
        world.do("import_key", jwk=FOREIGN, until=until)


def test_a_deleted_issuer_takes_no_changes() -> None:
    """It still answers what it was, and can still revoke what is published."""
    world = World()
    running(world)
    kid = world.active_kid()
    world.do("delete_issuer")
    for action, more in (
        ("rotate", {}),
        ("update_policy", {"policy": {}}),
        ("import_key", {"jwk": FOREIGN, "until": world.clock() + 60}),
    ):
        with pytest.raises(UnknownIssuer):
            world.do(action, **more)
    with pytest.raises(IssuerExists, match="being deleted"):
        world.do("create_issuer")
    assert world.do("revoke", kid=kid)["keys"]
    assert kid not in {k.kid for k in world.ring().published(world.clock())}


def test_a_restored_ring_takes_no_changes_before_it_was_checked() -> None:
    """Its keys may have been revoked since."""
    world = World()
    running(world)
    world.restore(world.backup())
    with pytest.raises(KeyRingUnavailable, match="reconcile it first"):
        world.do("rotate")
    world.do("reconcile")
    world.do("rotate")


def test_revoking_the_only_key_says_that_signing_stops() -> None:
    """Twice is as good as once."""
    world = World()
    just_rotated(world)
    kid = world.active_kid()
    answers = [world.do("revoke", kid=kid), world.do("revoke", kid=kid)]
    assert all("NoActiveKey" in " ".join(a["warnings"]) for a in answers)
    world.clock.advance(61)
    assert world.mint() == 0


def test_the_revocation_of_a_key_that_is_gone_is_told_once() -> None:
    """Its tombstone says so for ever, and whoever listens to the bus has to hear of it too."""
    world = World()
    running(world)
    ring, now = world.ring(), world.clock()
    stone = Tombstone(kid="gone", algorithm="ES256", at=now)
    world.store.rings["default"] = replace(ring, tombstones=(stone,))
    for _ in range(2):
        world.do("revoke", kid="gone", reason="found in a backup")
    assert [c.kid for c in world.journal.changes if c.change == "Revoked"] == ["gone"]


def test_revoking_the_only_key_by_force_lets_a_fresh_one_sign_with_a_warning() -> None:
    """The emergency exception to invariant 2 is told: in the answer, in the event."""
    world = World()
    just_rotated(world)
    answer = world.do("revoke", kid=world.active_kid(), force=True)
    assert "clients may refuse" in " ".join(answer["warnings"])
    assert [c.forced for c in world.journal.changes if c.change == "Activated"][-1]
    world.clock.advance(61)
    assert world.mint() > 0


def test_the_dry_run_tells_what_the_run_then_does() -> None:
    """`plan` and `reconcile` go through the same function; the first changes nothing."""
    world = World()
    running(world)
    world.clock.advance(8 * 3600)
    before = world.backup()
    planned = world.do("plan")["steps"]
    assert world.backup() == before
    done = world.do("reconcile")["steps"]
    assert (planned[0]["action"], planned[0]["kid"]) == (done[0]["action"], done[0]["kid"])


def test_no_answer_shows_an_arn() -> None:
    """Not in keys, steps or warnings."""
    world = World()
    assert "arn:" not in str([world.run(), world.do("status"), world.do("plan"), world.do("rotate")])
