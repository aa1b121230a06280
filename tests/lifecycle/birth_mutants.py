"""The protocol without one of its rules about keys that are made, each a list of replacements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jwx.lifecycle import adoption, birth_effects, births
from jwx.lifecycle.steps import Step
from jwx.ports import KeyStatus
from jwx.ring import birth_transitions
from jwx.ring.keyring import KeyRing
from tests.lifecycle.mutation import Change


def no_standby() -> list[Change]:
    """A successor is made when its predecessor's turn ends, not when it begins."""
    missing = births.missing

    def late(ring: KeyRing, now: int) -> Iterator[Step]:
        for step in missing(ring, now):
            active = ring.active(step.algorithm or "")
            over = active is None or now >= (active.activated_at or 0) + ring.policy.rotation_period
            if over or ring.served_at is None:
                yield step

    return [(births, "missing", late)]


def no_intent() -> list[Change]:
    """A key is made first and recorded afterwards: the sweep cannot tell a birth from an orphan."""

    def unannounced(self: birth_effects.BirthEffects, ring: KeyRing, step: Step) -> KeyRing:
        operation, algorithm = self._new_operation(), step.algorithm or ""
        key_arn = self._keys.create(
            issuer=ring.issuer, algorithm=algorithm, operation=operation, rsa_bits=2048
        )
        begun = birth_transitions.begin_birth(
            ring, operation=operation, algorithm=algorithm, now=self._clock()
        )
        return self._ledger.write(ring, birth_transitions.attach(begun, operation=operation, key_arn=key_arn))

    return [(birth_effects.BirthEffects, "create", unannounced)]


def no_published_mark() -> list[Change]:
    """Keys are published without a mark in KMS."""
    from jwx_aws.kms import KmsKeys

    mark = KmsKeys.mark

    def silent(self: KmsKeys, key_arn: str, mark_: str) -> None:
        if mark_ != "published":
            mark(self, key_arn, mark_)

    return [(KmsKeys, "mark", silent)]


def sweep_asks_no_ring() -> list[Change]:
    """The sweep deletes what no ring had before the listing, births included."""

    def eager(self: adoption.Sweep, listed: Any, ring: KeyRing | None, swept: adoption.Swept) -> None:
        key = self._keys.stored(listed.key_arn)
        if key and key.status is not KeyStatus.DELETED and key.mark is None:
            self._keys.schedule_deletion(key.key_arn, days=7)

    return [(adoption.Sweep, "_judge", eager)]


def no_sweep() -> list[Change]:
    """Nobody looks for KMS keys that no ring knows."""
    return [(adoption.Sweep, "run", lambda self, issuer=None: adoption.Swept())]


def deletion_without_word() -> list[Change]:
    """A birth's key is deleted before the ring says that it was given up."""

    def hasty(self: birth_effects.BirthEffects, ring: KeyRing, step: Step) -> KeyRing:
        birth = ring.birth(step.operations[0])
        if birth and birth.key_arn:
            self._keys.schedule_deletion(birth.key_arn, days=7)
        return self._ledger.write(ring, birth_transitions.abandon(ring, operation=step.operations[0]))

    return [(birth_effects.BirthEffects, "abandon", hasty)]


def unbounded() -> list[Change]:
    """Any number of keys."""
    from jwx.verbs import verb_changes

    return [
        (births, "MAX_PUBLISHED_KEYS", 10**6),
        (verb_changes, "MAX_PUBLISHED_KEYS", 10**6),
    ]
