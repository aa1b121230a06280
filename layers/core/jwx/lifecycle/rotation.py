"""What is to be done with a key ring, decided from the ring and the time alone.

`plan` is pure: no AWS, no clock, no randomness. The scheduled run, the verbs, the dry run and the simulation
all go through it. A step whose `at` has come is due; the others say what comes next, and when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jwx.lifecycle.keyring import Birth, KeyRing, SigningKey, State
from jwx.lifecycle.policy import MAX_PUBLISHED_KEYS
from jwx.lifecycle.public_face import fingerprint, vanishes_at

BIRTH_LEASE = 300
"""Seconds from the intent to make a key to its ARN; a longer silence means that the run died."""

PROOF_LEASE = 3600
"""Seconds within which a new key must prove itself; else it makes room for another."""

FIRST_KEYS = 2
"""A ring begins its public life with an active key and a standby for each algorithm."""


class Action(StrEnum):
    """One kind of step each; their order is the order of urgency."""

    RECOVER = "recover"
    INSPECT = "inspect"
    TAG_REVOKED = "tag_revoked"
    DISABLE_REVOKED = "disable_revoked"
    ACTIVATE = "activate"
    COPY = "copy"
    INVALIDATE = "invalidate"
    INVALIDATE_AGAIN = "invalidate_again"
    CONFIRM_ABSENCE = "confirm_absence"
    SETTLE = "settle"
    ABANDON = "abandon"
    CREATE = "create"
    PROVE = "prove"
    PUBLISH = "publish"
    CONFIRM = "confirm"
    RETIRE = "retire"
    EXPIRE = "expire"
    DISABLE = "disable"
    DELETE = "delete"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One effect and its record. `at` in epoch seconds."""

    action: Action
    at: int
    reason: str
    kid: str | None = None
    algorithm: str | None = None
    operations: tuple[str, ...] = ()


def plan(ring: KeyRing, now: int) -> list[Step]:
    """Every step that the ring asks for, the due ones first, in the order in which to do them."""
    if ring.deleted_at is not None and not ring.keys and not ring.births:
        return []
    if ring.restored:
        return [Step(action=Action.RECOVER, at=now, reason="a new or restored ring: KMS knows what is true")]
    steps = [
        *_refusals(ring, now),
        *_activations(ring, now),
        *_copy(ring, now),
        *_withdrawals(ring, now),
        *_births(ring, now),
        *_publications(ring, now),
        *_confirmations(ring, now),
        *_departures(ring, now),
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


def _refusals(ring: KeyRing, now: int) -> Iterator[Step]:
    """A revocation's effects in KMS. The mark comes first: else a restored table might revive the key."""
    for due in ring.withdrawals:
        if due.tagged_at is None:
            yield _step(Action.TAG_REVOKED, now, "the key itself must tell that it is revoked", kid=due.kid)
        if due.disabled_at is None:
            yield _step(Action.DISABLE_REVOKED, now, "a revoked key must not sign", kid=due.kid)


def _withdrawals(ring: KeyRing, now: int) -> Iterator[Step]:
    """A revocation's effects in public: empty the CDN twice, see that the key is gone.

    The last look comes when by nobody's clock an old answer can be under way any more.
    """
    pause, skew = ring.policy.origin_timeout, ring.policy.clock_skew
    for due in ring.withdrawals:
        if due.invalidated_at is None:
            yield _step(Action.INVALIDATE, now, "the CDN holds a revoked key", kid=due.kid)
        elif due.invalidated_again_at is None:
            if due.copied_at is not None or ring.copied == fingerprint(ring, now):
                again, why = due.invalidated_at + pause, "an answer under way may have refilled it"
                yield _step(Action.INVALIDATE_AGAIN, again, why, kid=due.kid)
        elif due.tagged_at is not None and due.disabled_at is not None:
            last = due.invalidated_again_at + pause + 2 * skew
            yield _step(Action.CONFIRM_ABSENCE, last, "see the public URL without it", kid=due.kid)


def _activations(ring: KeyRing, now: int) -> Iterator[Step]:
    for algorithm in ring.policy.algorithms:
        at, standby = standby_at(ring, algorithm, now), ring.standby(algorithm)
        if at is not None and standby is not None and ring.deleting_since is None:
            why = "rotation period is over" if ring.active(algorithm) else "nothing signs for its algorithm"
            yield _step(Action.ACTIVATE, at, why, kid=standby.kid, algorithm=algorithm)


def _copy(ring: KeyRing, now: int) -> Iterator[Step]:
    if ring.served_at is not None and ring.copied != fingerprint(ring, now):
        yield _step(Action.COPY, now, "the static copy differs from the key ring")
    for key in ring.published(now):
        if key.certified_until is not None and key.x5c(now):
            expiry = key.certified_until + 1
            yield _step(Action.COPY, expiry, "a certificate expires and leaves the JWK Set", kid=key.kid)


def _births(ring: KeyRing, now: int) -> Iterator[Step]:
    """Finish or give up the births that are open, then begin those that are missing."""
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
    if ring.deleting_since is None:
        yield from _missing(ring, now)


def _missing(ring: KeyRing, now: int) -> Iterator[Step]:
    """Invariant 4, a standby for each algorithm, within invariant 7, the bound."""
    room = MAX_PUBLISHED_KEYS - len(ring.published(now)) - len(ring.births)
    for algorithm in ring.policy.algorithms:
        wanted = FIRST_KEYS if ring.served_at is None else 1
        births = sum(b.algorithm == algorithm and not b.given_up for b in ring.births)
        there = births + (ring.standby(algorithm) is not None)
        for _ in range(min(wanted - there, room)):
            room -= 1
            yield _step(Action.CREATE, now, "no standby", algorithm=algorithm)


def _publications(ring: KeyRing, now: int) -> Iterator[Step]:
    """The first keys of all algorithms enter together; later ones as they come."""
    proved = [b for b in ring.births if b.jwk and not b.given_up and b.algorithm in ring.policy.algorithms]
    if not proved or ring.deleting_since is not None:
        return
    if ring.served_at is None and len(proved) < FIRST_KEYS * len(ring.policy.algorithms):
        return
    operations = tuple(b.operation for b in proved)
    yield Step(action=Action.PUBLISH, at=now, reason="proved keys enter the JWK Set", operations=operations)


def _confirmations(ring: KeyRing, now: int) -> Iterator[Step]:
    """Look at the public URL once the static copy has the key too."""
    waiting = any(k.state(now) is State.PENDING and k.confirmed_at is None for k in ring.keys)
    if waiting and ring.copied == fingerprint(ring, now):
        yield _step(Action.CONFIRM, now, "a key waits from when the public URL shows it")


def _departures(ring: KeyRing, now: int) -> Iterator[Step]:
    """Out of the JWK Set, then disabled, then after the grace period deleted."""
    for key in ring.keys:
        yield from _departure(ring, key, now)
    if ring.deleting_since is not None and all(key.until is not None for key in ring.keys):
        for key in ring.keys:
            if key.revoked_at is None:  # a revoked one is remembered, not forgotten
                yield _step(Action.EXPIRE, now, "nothing else is left of the issuer", kid=key.kid)
    shown_until = vanishes_at(ring, now) if ring.served_at is not None else ring.deleting_since
    told = ring.served_at is None or ring.copied == fingerprint(ring, now)
    if shown_until is not None and not ring.keys and not ring.births and told:
        yield _step(Action.CLOSE, shown_until, "the issuer's last key is gone")


def _departure(ring: KeyRing, key: SigningKey, now: int) -> Iterator[Step]:
    grace = 0 if ring.deleting_since is not None else ring.policy.grace
    match key.state(now):
        case State.IMPORTED | State.EXPIRED if key.until is not None:
            yield _step(Action.EXPIRE, key.until, "the imported key's time is over", kid=key.kid)
        case State.RETIRING if key.retire_not_before is None:
            yield _step(Action.SETTLE, now, "its end counts from when it was seen not to sign", kid=key.kid)
        case State.RETIRING if key.retire_not_before is not None:
            yield _step(
                Action.RETIRE, key.retire_not_before, "its last token is no longer valid", kid=key.kid
            )
        case State.RETIRED if key.retired_at is not None:
            if key.disabled_at is None:
                yield _step(Action.DISABLE, now, "a retired key must not sign", kid=key.kid)
            yield _step(Action.DELETE, key.retired_at + grace, "its grace period is over", kid=key.kid)
        case State.REVOKED if key.revoked_at is not None and ring.withdrawal(key.kid) is None:
            yield _step(Action.DELETE, key.revoked_at + grace, "its grace period is over", kid=key.kid)


def _about(birth: Birth, action: Action, at: int, reason: str) -> Step:
    operations = (birth.operation,)
    return Step(action=action, at=at, reason=reason, algorithm=birth.algorithm, operations=operations)


def _step(
    action: Action, at: int, reason: str, *, kid: str | None = None, algorithm: str | None = None
) -> Step:
    return Step(action=action, at=at, reason=reason, kid=kid, algorithm=algorithm)
