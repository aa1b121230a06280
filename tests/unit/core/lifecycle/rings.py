"""Key rings in a few words, for tests of pure functions."""

from __future__ import annotations

from typing import Any

from jwx.lifecycle.keyring import KeyRing, SigningKey
from jwx.lifecycle.policy import RotationPolicy

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
