"""The protocol without one of its rules for policies that change, each a list of replacements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jwx.lifecycle import precautions, reconcile, rotation
from jwx.lifecycle.steps import Step
from jwx.ports import StoredKey
from jwx.ring import cache_transitions, issuer_transitions
from jwx.ring.keyring import KeyRing
from jwx_aws.kms import KmsKeys
from tests.lifecycle.mutation import Change


def clients_of_the_edge_forgotten() -> list[Change]:
    """Once the CDN holds no answer of an earlier policy, nobody is believed to hold one."""

    def forgetful(ring: KeyRing, *, edge_until: int, in_clients: int) -> KeyRing:
        return replace(ring, cache_horizon=max(ring.cache_horizon, edge_until))

    return [(cache_transitions, "mistrust_caches", forgetful)]


def waiting_keys_forget_the_edge() -> list[Change]:
    """A key that waits counts from when it was seen, by the policy of the day."""

    def forgetful(ring: KeyRing, key: Any, now: int) -> KeyRing:
        if key.activated_at is not None or key.confirmed_at is None:
            return postpone(ring, key, now)
        turn = key.confirmed_at + ring.policy.on_edge + ring.policy.in_clients
        return ring.with_key(key.kid, activate_not_before=max(turn, key.activate_not_before or 0))

    postpone = issuer_transitions._postpone
    return [(issuer_transitions, "_postpone", forgetful)]


def promises_are_not_noted() -> list[Change]:
    """A wider policy is told to the ring alone."""
    return [(precautions.Precautions, "_note", lambda *_: None)]


def notes_are_not_read() -> list[Change]:
    """What a KMS key remembers of its policies is left out."""
    stored = KmsKeys.stored

    def forgetful(self: KmsKeys, key_arn: str) -> StoredKey | None:
        key = stored(self, key_arn)
        return key and replace(key, promises=None)

    return [(KmsKeys, "stored", forgetful)]


def deleted_rings_are_believed() -> list[Change]:
    """What a restored table calls deleted is left alone."""
    plan = rotation.plan

    def credulous(ring: KeyRing, now: int) -> list[Step]:
        return [] if ring.deleted_at is not None and not ring.keys else plan(ring, now)

    return [(reconcile, "plan", credulous)]


def marks_come_after() -> list[Change]:
    """A revocation is told to the ring first, and to the key when there is time."""
    return [(precautions.Precautions, "__call__", lambda *_: None)]
