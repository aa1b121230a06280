"""The protocol without one of its rules about what is written and where first; each a list of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jwx.lifecycle import effects, precautions, recovery, rotation, withdrawal_effects, withdrawals
from jwx.lifecycle.steps import Action, Step
from jwx.ring import cache_transitions, issuer_transitions, public_face, revocation_transitions
from jwx.ring.keyring import KeyRing, State
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore
from tests.lifecycle.mutation import Change


def no_version_condition() -> list[Change]:
    """A ring is written over whatever is there."""

    def careless(self: FakeRingStore, ring: KeyRing) -> KeyRing:
        with self._calls("store.save"):
            saved = replace(ring, version=self._next(ring.version))
            self.rings[ring.issuer] = saved
            return saved

    return [(FakeRingStore, "save", careless)]


def no_revoked_mark() -> list[Change]:
    """Keys are revoked without a mark in KMS."""

    def silent(self: withdrawal_effects.WithdrawalEffects, ring: KeyRing, step: Step) -> KeyRing:
        return self._withdrawn(ring, step, tagged_at=self._clock())

    return [
        (withdrawal_effects.WithdrawalEffects, "tag_revoked", silent),
        (precautions.Precautions, "__call__", lambda *_: None),
    ]


def no_copy_intent() -> list[Change]:
    """The ring goes on saying what the copy held while it is being written."""

    def silent(self: effects.Effects, ring: KeyRing, _: Step) -> KeyRing:
        now = self._clock()
        self._publication.copy(ring, now, stale=lambda: False)
        held, place = public_face.fingerprint(ring, now), self._publication.place

        def told(ring: KeyRing) -> KeyRing:
            after = cache_transitions.copied(ring, fingerprint=held, now=self._clock())
            return replace(after, copied_to=place)

        return self._ledger.update(ring.issuer, told)

    return [(effects.Effects, "_copy", silent)]


def no_copy_fence() -> list[Change]:
    """A slow writer may put an old copy over a newer one."""

    def careless(self: FakePublication, ring: KeyRing, now: int, *, stale: Any) -> None:
        from tests.fakes.publication import _answer

        stale()
        with self._calls("copy.fence"):
            pass
        with self._calls("copy.write"):
            self.copies[ring.issuer] = _answer(ring, now)

    return [(FakePublication, "copy", careless)]


def no_copy_before_confirming() -> list[Change]:
    """A key counts as published when the URL shows it, whatever the static copy holds."""

    def hasty(ring: KeyRing, now: int) -> Iterator[Step]:
        if any(k.state(now) is State.PENDING and k.confirmed_at is None for k in ring.keys):
            yield Step(action=Action.CONFIRM, at=now, reason="hasty")

    return [(rotation, "_confirmations", hasty), (rotation, "_copy", _late_copy)]


def _late_copy(ring: KeyRing, now: int) -> Iterator[Step]:
    if ring.served_at is not None and ring.copied != public_face.fingerprint(ring, now):
        yield Step(action=Action.COPY, at=now + 40 * 86400, reason="late")


def no_second_invalidation() -> list[Change]:
    """The CDN is emptied once, and nobody looks whether that was enough."""
    in_public = withdrawals.in_public

    def once(ring: KeyRing, now: int) -> Iterator[Step]:
        return (s for s in in_public(ring, now) if s.action is Action.INVALIDATE)

    def closing(ring: KeyRing, *, kid: str, **done: int | None) -> KeyRing:
        return revocation_transitions.close_withdrawal(ring, kid=kid) if "invalidated_at" in done else ring

    return [(withdrawals, "in_public", once), (revocation_transitions, "withdrawn", closing)]


def no_recovery() -> list[Change]:
    """A restored ring is believed."""

    def credulous(self: recovery.Recovery, ring: KeyRing) -> KeyRing:
        return self._ledger.write(ring, replace(ring, restored=False))

    return [(recovery.Recovery, "recover", credulous)]


def new_rings_are_trusted() -> list[Change]:
    """An issuer that the table does not know is taken for one that never was."""

    def trusting(issuer: str, policy: Any, *, now: int) -> KeyRing:
        return KeyRing(issuer=issuer, policy=policy, created_at=now)

    return [(issuer_transitions, "new_ring", trusting)]
