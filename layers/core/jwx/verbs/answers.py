"""What the rotation function answers: the ring as JSON, times in epoch seconds or null, never an ARN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Step
from jwx.ring.keyring import KeyRing, SigningKey, State, Tombstone

_TIMES = (
    "created_at",
    "published_at",
    "activate_not_before",
    "activated_at",
    "signing_ended_at",
    "retire_not_before",
    "retired_at",
    "revoked_at",
)


def answer(
    ring: KeyRing, now: int, *, steps: Iterable[Step] = (), warnings: Iterable[str] = ()
) -> dict[str, Any]:
    """The ring, what comes next, and the steps that were taken (or, in a dry run, would be)."""
    body: dict[str, Any] = {
        "issuer": ring.issuer,
        "version": ring.version,
        "policy": ring.policy.to_json(),
        "keys": [
            *(_key(key, now) for key in sorted(ring.keys, key=lambda k: (k.created_at, k.kid))),
            *(_tombstone(stone) for stone in ring.tombstones),
        ],
        "next": _next(ring, now),
        "steps": [describe(step) for step in steps],
    }
    if ring.deleting_since is not None:
        body |= {"deleting_since": ring.deleting_since, "deleted_at": ring.deleted_at}
    if told := list(warnings):
        body["warnings"] = told
    return body


def describe(step: Step) -> dict[str, Any]:
    """One step as JSON."""
    return {
        "action": str(step.action),
        "kid": step.kid,
        "algorithm": step.algorithm,
        "at": step.at,
        "reason": step.reason,
    }


def _key(key: SigningKey, now: int) -> dict[str, Any]:
    head = {"kid": key.kid, "alg": key.algorithm, "state": str(key.state(now))}
    body: dict[str, Any] = head | {name: getattr(key, name) for name in _TIMES}
    certified = {"certified_until": key.certified_until} if key.certificates else {}
    return body | ({"until": key.until} if key.until is not None else {}) | certified


def _tombstone(stone: Tombstone) -> dict[str, Any]:
    state = State.DELETED if stone.revoked_at is None else State.REVOKED
    times = dict.fromkeys(_TIMES) | {"revoked_at": stone.revoked_at}
    return {"kid": stone.kid, "alg": stone.algorithm, "state": str(state)} | times | {"deleted_at": stone.at}


def _next(ring: KeyRing, now: int) -> dict[str, Any] | None:
    steps = plan(ring, now)
    return {name: describe(steps[0])[name] for name in ("action", "kid", "at")} if steps else None
