"""The protocol without one of its rules about waiting, each a list of replacements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jwx.issuing import ring_cache
from jwx.ring import birth_transitions, cache_transitions, issuer_transitions, policy, promises, transitions
from jwx.ring.keyring import KeyRing
from jwx.verbs import dispatch
from tests.lifecycle.mutation import Change


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


def recreated_at_once() -> list[Change]:
    """A deleted issuer may be made again while caches hold its last JWK Set."""
    may = dispatch._may_be_created_again

    def impatient(old: KeyRing, now: int) -> None:
        if old.deleted_at is None:
            may(old, now)

    return [(dispatch, "_may_be_created_again", impatient)]
