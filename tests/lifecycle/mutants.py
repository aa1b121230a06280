"""The product with one rule of its protocol removed, each: a checker that never fails would prove nothing.

A mutant is a change of the product's own code. There is no argument for "forget to wait", and there must
not be one; so this, alone among the tests, replaces attributes of the product's modules for a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from jwx.issuing import ring_cache
from jwx.lifecycle import (
    adoption,
    birth_effects,
    birth_transitions,
    births,
    cache_transitions,
    effects,
    issuer_transitions,
    ledger,
    policy,
    precautions,
    promises,
    public_face,
    recovery,
    revocation_transitions,
    rotation,
    transitions,
    withdrawal_effects,
    withdrawals,
)
from jwx.lifecycle.keyring import KeyRing, State
from jwx.lifecycle.steps import Action, Step
from jwx.ports import KeyStatus
from jwx.verbs import dispatch
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore

type Change = tuple[object, str, Any]


@contextmanager
def mutated(*changes: Change) -> Iterator[None]:
    """The product with those attributes replaced."""
    before = [(owner, name, owner.__dict__[name]) for owner, name, _ in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def no_propagation_wait() -> list[Change]:
    """A key signs as soon as the public URL was seen to serve it."""
    confirm = cache_transitions.confirm

    def hasty(ring: KeyRing, *, seen: Any, now: int) -> KeyRing:
        after = confirm(ring, seen=seen, now=now)
        for key in after.keys:
            if key.confirmed_at == now:
                after = after.with_key(key.kid, activate_not_before=now)
        return after

    return [(cache_transitions, "confirm", hasty)]


def no_retention() -> list[Change]:
    """A key leaves the JWK Set as soon as it stops to sign."""

    def hasty(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
        return ring.with_key(kid, retire_not_before=now)

    return [(transitions, "settle", hasty)]


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


def no_version_condition() -> list[Change]:
    """A ring is written over whatever is there."""

    def careless(self: FakeRingStore, ring: KeyRing) -> KeyRing:
        with self._calls("store.save"):
            saved = replace(ring, version=self._next(ring.version))
            self.rings[ring.issuer] = saved
            return saved

    return [(FakeRingStore, "save", careless)]


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
        held = public_face.fingerprint(ring, now)
        return self._ledger.update(
            ring.issuer, lambda r: cache_transitions.copied(r, fingerprint=held, now=self._clock())
        )

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


def no_cache_horizon() -> list[Change]:
    """A policy with shorter cache lives is believed to hold for the caches that are filled already."""
    change = issuer_transitions.change_policy

    def forgetful(ring: KeyRing, *, policy: Any, now: int) -> KeyRing:
        after = change(ring, policy=policy, now=now)
        return replace(after, edge_horizon=0, cache_horizon=0, lingering=None)

    return [(issuer_transitions, "change_policy", forgetful)]


def no_lingering_copy() -> list[Change]:
    """The static copy of an earlier policy is forgotten once the policy has changed."""
    change = issuer_transitions.change_policy

    def forgetful(ring: KeyRing, *, policy: Any, now: int) -> KeyRing:
        return replace(change(ring, policy=policy, now=now), lingering=None)

    return [(issuer_transitions, "change_policy", forgetful)]


def no_frozen_promises() -> list[Change]:
    """A key stays published for what the policy says now, not for what its tokens were told."""

    def forgetful(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
        return ring.with_key(kid, retire_not_before=now + ring.policy.retention)

    return [(transitions, "settle", forgetful)]


def first_keys_always() -> list[Change]:
    """Every key counts as one of the first, and so waits for no cache."""
    publish = birth_transitions.publish

    def always(ring: KeyRing, **more: Any) -> KeyRing:
        after = publish(ring, **more)
        return replace(after, keys=tuple(replace(k, first=k.until is None) for k in after.keys))

    return [(birth_transitions, "publish", always)]


def signer_cache_forgotten() -> list[Change]:
    """Retention without the age of the key ring that a signer may hold."""

    def short(self: promises.Promises) -> int:
        return self.max_token_lifetime + self.verifier_leeway + 4 * self.clock_skew

    return [(promises.Promises, "retention", property(short))]


def clock_skew_forgotten() -> list[Change]:
    """Retention as if all clocks were right."""

    def short(self: promises.Promises) -> int:
        return self.max_token_lifetime + self.verifier_leeway + self.signer_cache

    return [(promises.Promises, "retention", property(short))]


def client_cache_forgotten() -> list[Change]:
    """Propagation without the clients' own caches."""

    def short(self: policy.RotationPolicy) -> int:
        return self.s_maxage + self.stale_while_revalidate + self.stale_if_error + 2 * self.clock_skew

    return [(policy.RotationPolicy, "propagation", property(short))]


def answers_under_way_forgotten() -> list[Change]:
    """The wait counts from the look at the URL, not from when the last older answer reached the CDN."""
    confirm = cache_transitions.confirm

    def hasty(ring: KeyRing, *, seen: Any, now: int) -> KeyRing:
        sooner = replace(ring.policy, origin_timeout=0, clock_skew=0)
        return replace(confirm(replace(ring, policy=sooner), seen=seen, now=now), policy=ring.policy)

    return [(cache_transitions, "confirm", hasty)]


def ends_when_decided() -> list[Change]:
    """The end of a key counts from the decision, not from when the write was done."""
    end = transitions.end_signing

    def hasty(ring: KeyRing, key: Any, now: int) -> KeyRing:
        after = end(ring, key, now)
        changed = after.key(key.kid)
        if changed is None or changed.promises is None or changed.retire_not_before is not None:
            return after
        return after.with_key(key.kid, retire_not_before=now + changed.promises.retention)

    return [(transitions, "end_signing", hasty)]


def stale_signers() -> list[Change]:
    """A signer goes on with the key ring it has, however old."""
    read = ring_cache.RingCache.read

    def forever(self: ring_cache.RingCache, issuer: str) -> ring_cache.Reading:
        kept = self._kept.get(issuer)
        return ring_cache.Reading(kept.ring, self._clock()) if kept else read(self, issuer)

    return [(ring_cache.RingCache, "read", forever)]


def predecessor_goes_on() -> list[Change]:
    """A successor begins to sign and its predecessor does not stop."""

    def both(ring: KeyRing, *, kid: str, now: int) -> KeyRing:
        return ring.with_key(kid, activated_at=now, promises=ring.policy.promises)

    return [(transitions, "activate", both)]


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


def new_rings_are_trusted() -> list[Change]:
    """An issuer that the table does not know is taken for one that never was."""

    def trusting(issuer: str, policy: Any, *, now: int) -> KeyRing:
        return KeyRing(issuer=issuer, policy=policy, created_at=now)

    return [(issuer_transitions, "new_ring", trusting)]


def recreated_at_once() -> list[Change]:
    """A deleted issuer may be made again while caches hold its last JWK Set."""
    may = dispatch._may_be_created_again

    def impatient(old: KeyRing, now: int) -> None:
        if old.deleted_at is None:
            may(old, now)

    return [(dispatch, "_may_be_created_again", impatient)]


def unbounded() -> list[Change]:
    """Any number of keys."""
    from jwx.verbs import verb_changes

    return [
        (births, "MAX_PUBLISHED_KEYS", 10**6),
        (verb_changes, "MAX_PUBLISHED_KEYS", 10**6),
    ]


SIMULATED: tuple[Callable[[], list[Change]], ...] = (
    no_propagation_wait,
    no_retention,
    no_standby,
    no_version_condition,
    no_intent,
    no_published_mark,
    no_revoked_mark,
    no_copy_intent,
    no_copy_fence,
    no_copy_before_confirming,
    no_second_invalidation,
    no_recovery,
    no_cache_horizon,
    no_lingering_copy,
    no_frozen_promises,
    first_keys_always,
    signer_cache_forgotten,
    clock_skew_forgotten,
    client_cache_forgotten,
    answers_under_way_forgotten,
    ends_when_decided,
    stale_signers,
    predecessor_goes_on,
    sweep_asks_no_ring,
    no_sweep,
    deletion_without_word,
    new_rings_are_trusted,
    recreated_at_once,
    unbounded,
)

__all__ = ["SIMULATED", "ledger", "mutated"]
