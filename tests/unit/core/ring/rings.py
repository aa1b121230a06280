"""Key rings in a few words, for tests of pure functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx.ring.public_face import fingerprint

T0 = 1_800_000_000
POLICY = RotationPolicy(algorithms=("ES256",))


def key(kid: str, **times: Any) -> SigningKey:
    """A key of ours, published at the beginning unless told otherwise."""
    fields = {"algorithm": "ES256", "jwk": {"kid": kid}, "key_arn": f"arn-{kid}", "created_at": T0}
    return SigningKey(kid=kid, **{**fields, "published_at": T0, **times})


def active(kid: str, **times: Any) -> SigningKey:
    """A key that signs since the beginning."""
    return key(kid, **{"activated_at": T0, "activate_not_before": T0, "promises": POLICY.promises, **times})


def ring(*keys: SigningKey, **fields: Any) -> KeyRing:
    """A ring in public since the beginning."""
    return KeyRing(
        **{"issuer": "default", "policy": POLICY, "created_at": T0, "served_at": T0, **fields, "keys": keys}
    )


def settled(before: KeyRing, now: int = T0) -> KeyRing:
    """The ring, its static copy up to date."""
    return replace(before, copied=fingerprint(before, now))


def due(before: KeyRing, now: int = T0) -> list[Action]:
    """Actions that are due."""
    return [step.action for step in plan(before, now) if step.at <= now]
