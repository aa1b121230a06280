"""Which keys are to be made, proved, published or given up: the plan up to a key's publication."""

from __future__ import annotations

from collections.abc import Iterator

from jwx.lifecycle.steps import Action, Step, about
from jwx.ring.keyring import Birth, KeyRing
from jwx.ring.policy import MAX_PUBLISHED_KEYS

BIRTH_LEASE = 300
"""Seconds from the intent to make a key to its ARN; a longer silence means that the run died."""

PROOF_LEASE = 3600
"""Seconds within which a new key must prove itself; else it makes room for another."""

FIRST_KEYS = 2
"""A ring begins its public life with an active key and a standby for each algorithm."""


def under_way(ring: KeyRing, now: int) -> Iterator[Step]:
    """Finish or give up the births that are open."""
    for birth in ring.births:
        if birth.given_up:
            yield _about(birth, Action.ABANDON, now, "it was given up")
        elif ring.deleting_since is not None or birth.algorithm not in ring.policy.algorithms:
            yield _about(birth, Action.ABANDON, now, "its algorithm is not wanted any more")
        elif birth.key_arn is None:
            lost = birth.started_at + BIRTH_LEASE
            yield _about(birth, Action.ABANDON, lost, "its maker went silent")
        elif birth.jwk is None and now < birth.started_at + PROOF_LEASE:
            yield _about(birth, Action.PROVE, now, "a key is proved before it is published")
        elif birth.jwk is None:
            yield _about(birth, Action.ABANDON, now, "KMS does not sign with it")


def missing(ring: KeyRing, now: int) -> Iterator[Step]:
    """Invariant 4, a standby for each algorithm, within invariant 7, the bound."""
    room = MAX_PUBLISHED_KEYS - len(ring.published(now)) - len(ring.births)
    for algorithm in ring.policy.algorithms if ring.deleting_since is None else ():
        wanted = FIRST_KEYS if ring.served_at is None else 1
        births = sum(b.algorithm == algorithm and not b.given_up for b in ring.births)
        there = births + (ring.standby(algorithm) is not None)
        for _ in range(min(wanted - there, room)):
            room -= 1
            yield about(Action.CREATE, now, "no standby", algorithm=algorithm)


def publications(ring: KeyRing, now: int) -> Iterator[Step]:
    """The first keys of all algorithms enter together; later ones as they come."""
    proved = [b for b in ring.births if b.jwk and not b.given_up and b.algorithm in ring.policy.algorithms]
    if not proved or ring.deleting_since is not None:
        return
    if ring.served_at is None and len(proved) < FIRST_KEYS * len(ring.policy.algorithms):
        return
    # Room was found when they were begun; a key adopted since, which tokens need, may have taken it.
    room = MAX_PUBLISHED_KEYS - len(ring.published(now))
    if room < (len(proved) if ring.served_at is None else 1):
        return
    operations = tuple(b.operation for b in proved[:room])
    yield Step(action=Action.PUBLISH, at=now, reason="proved keys enter the JWK Set", operations=operations)


def _about(birth: Birth, action: Action, at: int, reason: str) -> Step:
    operations = (birth.operation,)
    return Step(action=action, at=at, reason=reason, algorithm=birth.algorithm, operations=operations)
