"""Policies by chance, for simulations."""

from __future__ import annotations

import random
from typing import Final

from jwx.ring.policy import RotationPolicy

DAY: Final = 86400
ALGORITHMS: Final = ("ES256", "ES384", "EdDSA")
SKEW: Final = 30
"""The least `clock_skew` of these policies: clocks in a simulation are off by no more."""


def random_policy(seeded: random.Random) -> RotationPolicy:
    """Any policy that the product takes, with lives short enough for something to happen."""
    algorithms = list(ALGORITHMS)
    seeded.shuffle(algorithms)
    max_age = seeded.randrange(0, 3600)
    return RotationPolicy.parse(
        {
            "algorithms": algorithms[: seeded.choice((1, 1, 2))],
            "rotation_period": seeded.randrange(3 * DAY, 20 * DAY),
            "max_age": max_age,
            "s_maxage": seeded.randrange(0, 3600),
            "stale_while_revalidate": seeded.randrange(0, 600),
            "stale_if_error": seeded.randrange(0, DAY // 2),
            "client_cache": max_age + seeded.randrange(0, DAY),
            "max_token_lifetime": seeded.choice((300, 3600, DAY, 7 * DAY)),
            "verifier_leeway": seeded.randrange(0, 120),
            "clock_skew": seeded.randrange(SKEW, 2 * SKEW),
            "signer_cache": seeded.choice((0, 60, 300, 3600)),
            "origin_timeout": seeded.randrange(6, 60),
            "grace": seeded.randrange(0, 7 * DAY),
            "deletion_window_days": 7,
        }
    )
