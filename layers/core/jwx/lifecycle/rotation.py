"""What is to be done with a key ring, decided from the ring and the time alone.

`plan` is pure: no AWS, no clock, no randomness. The scheduled run, the verbs, the dry run and the simulation
all go through it. A step whose `at` has come is due; the others say what comes next, and when.
"""

from __future__ import annotations

from collections.abc import Iterator

from jwx.lifecycle import births, departures, withdrawals
from jwx.lifecycle.steps import Action, Step, about
from jwx.ring.cache_transitions import unconfirmed
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import fingerprint


def plan(ring: KeyRing, now: int) -> list[Step]:
    """Every step that the ring asks for, the due ones first, in the order in which to do them."""
    if ring.restored:
        return [about(Action.RECOVER, now, "a new or restored ring: KMS knows what is true")]
    if ring.deleted_at is not None and not ring.keys and not ring.births:
        return []
    steps = [
        *withdrawals.in_kms(ring, now),
        *_activations(ring, now),
        *_copy(ring, now),
        *withdrawals.in_public(ring, now),
        *births.under_way(ring, now),
        *births.missing(ring, now),
        *births.publications(ring, now),
        *_confirmations(ring, now),
        *departures.of_keys(ring, now),
        *departures.of_issuer(ring, now),
    ]
    return sorted(steps, key=lambda step: max(step.at, now))


def standby_at(ring: KeyRing, algorithm: str, now: int) -> int | None:
    """When the standby of `algorithm` shall take over; None while it may not or there is none."""
    standby, active = ring.standby(algorithm), ring.active(algorithm)
    if standby is None:
        return None
    if algorithm in ring.forced:
        return now
    if standby.activate_not_before is None:
        return None
    if active is None or active.unusable or active.activated_at is None:
        return standby.activate_not_before
    return max(standby.activate_not_before, active.activated_at + ring.policy.rotation_period)


def _activations(ring: KeyRing, now: int) -> Iterator[Step]:
    for algorithm in ring.policy.algorithms:
        at, standby = standby_at(ring, algorithm, now), ring.standby(algorithm)
        if at is not None and standby is not None and ring.deleting_since is None:
            why = "rotation period is over" if ring.active(algorithm) else "nothing signs for its algorithm"
            yield about(Action.ACTIVATE, at, why, kid=standby.kid, algorithm=algorithm)


def _copy(ring: KeyRing, now: int) -> Iterator[Step]:
    if ring.served_at is not None and ring.copied != fingerprint(ring, now):
        yield about(Action.COPY, now, "the static copy differs from the key ring")
    for key in ring.published(now):
        if key.certified_until is not None and key.x5c(now):
            expiry = key.certified_until + 1
            yield about(Action.COPY, expiry, "a certificate expires and leaves the JWK Set", kid=key.kid)


def _confirmations(ring: KeyRing, now: int) -> Iterator[Step]:
    """Look at the public URL once the static copy has the key too."""
    if unconfirmed(ring, now) and ring.copied == fingerprint(ring, now):
        yield about(Action.CONFIRM, now, "a key waits from when the public URL shows it")
