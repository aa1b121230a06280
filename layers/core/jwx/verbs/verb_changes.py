"""The verbs that change a key ring, each as one pure function that refuses or answers the changed ring.

It is applied inside compare-and-swap, so it may be called again on a newer ring.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from jwx.errors import InvalidRequest, StandbyNotReady, TooManyKeys, UnknownIssuer
from jwx.issuer_names import shown
from jwx.jose.jwk import validate_public_jwk
from jwx.ring import issuer_transitions, revocation_transitions, token_revocation, transitions
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import MAX_PUBLISHED_KEYS, RotationPolicy
from jwx.verbs.certificate_verbs import attach_certificate
from jwx.verbs.verb_requests import MAX_REASON, VerbRequest

type Change = Callable[[KeyRing], KeyRing]

MAX_JTI: Final = 64
LONGEST_LEEWAY: Final = 300
LONGEST_TOKEN: Final = 366 * 86400
"""Seconds: the largest `verifier_leeway` and `max_token_lifetime` that a policy may have had."""

_JTI: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

LONGEST_IMPORT: Final = 5 * 366 * 86400
"""Seconds for which another issuer's key may be published here."""


def rotate(request: VerbRequest, now: int) -> Change:
    """Let the standby take over now; with `force` even when caches may not hold it yet."""
    force = request.flag("force")
    named = request.optional_text("algorithm", most=32)
    active_kid = request.optional_text("active_kid", most=128)

    def change(ring: KeyRing) -> KeyRing:
        algorithm = _algorithm_of(living(ring), named)
        active = ring.active(algorithm)
        if active_kid is not None and (active is None or active.kid != active_kid):
            return ring  # somebody rotated it already
        _room_for_one_more(ring, now)
        return _succeed(ring, algorithm, force=force, now=now)

    return change


def revoke(request: VerbRequest, now: int) -> Change:
    """Take a key out for ever; with `force` let the next one sign at once, ready or not."""
    kid, force = request.text("kid", most=128), request.flag("force")
    reason = request.optional_text("reason", most=MAX_REASON)

    def change(ring: KeyRing) -> KeyRing:
        ring = revocation_transitions.revoke(ring, kid=kid, reason=reason, now=now)
        bereft = bereft_algorithm(ring, kid)
        return transitions.order_activation(ring, algorithm=bereft) if force and bereft else ring

    return change


def revoke_token(request: VerbRequest, now: int) -> Change:
    """Have verifiers that read the deny-list refuse one token, until nobody would accept it anyway."""
    jti = request.text("jti", most=MAX_JTI)
    if _JTI.fullmatch(jti) is None:
        raise InvalidRequest(f"jti: {shown(jti)} is none of ours: letters, digits, hyphens and underscores")
    exp = request.time("exp", after=now - LONGEST_LEEWAY, until=now + LONGEST_TOKEN)

    def change(ring: KeyRing) -> KeyRing:
        if ring.deleted_at is not None:
            raise UnknownIssuer(f"issuer: {ring.issuer!r} was deleted at {ring.deleted_at}")
        return token_revocation.revoke_token(ring, jti=jti, exp=exp, now=now)

    return change


def update_policy(request: VerbRequest, now: int) -> Change:
    """Change the fields of the policy that are given; algorithms may come and go."""
    given = request.mapping("policy")

    def change(ring: KeyRing) -> KeyRing:
        policy = RotationPolicy.parse(given, base=living(ring).policy)
        return issuer_transitions.change_policy(ring, policy=policy, now=now)

    return change


def delete_issuer(_: VerbRequest, now: int) -> Change:
    """Stop signing now; the keys stay published until their last token is no longer valid."""

    def change(ring: KeyRing) -> KeyRing:
        return ring if ring.deleting_since is not None else issuer_transitions.begin_deletion(ring, now=now)

    return change


def import_key(request: VerbRequest, now: int) -> Change:
    """Publish another issuer's public key beside ours, until a given time: the way to migrate."""
    until = request.time("until", after=now, until=now + LONGEST_IMPORT)
    jwk = validate_public_jwk(request.value("jwk"))
    kid, algorithm = jwk["kid"], jwk["alg"]
    key = SigningKey(kid=kid, algorithm=algorithm, jwk=jwk, created_at=now, published_at=now, until=until)

    def change(ring: KeyRing) -> KeyRing:
        there = living(ring).key(kid)
        if ring.tombstone(kid) or (there and there.revoked_at is not None):
            raise InvalidRequest(f"jwk.kid: {kid!r} was revoked or deleted here; it is never published again")
        if there:
            raise InvalidRequest(f"jwk.kid: {kid!r} is in the key ring already")
        _room_for_one_more(ring, now)
        return replace(ring, keys=(*ring.keys, key))

    return change


CHANGES: Final[Mapping[str, Callable[[VerbRequest, int], Change]]] = {
    "rotate": rotate,
    "revoke": revoke,
    "revoke_token": revoke_token,
    "update_policy": update_policy,
    "delete_issuer": delete_issuer,
    "import_key": import_key,
    "attach_certificate": attach_certificate,
}


def living(ring: KeyRing) -> KeyRing:
    """The ring, unless its issuer was deleted: then UnknownIssuer."""
    if ring.deleting_since is not None:
        raise UnknownIssuer(f"issuer: {ring.issuer!r} was deleted at {ring.deleting_since}")
    return ring


def bereft_algorithm(ring: KeyRing, kid: str) -> str | None:
    """The algorithm of a revoked key, if nothing signs for it now though something should."""
    key = ring.key(kid)
    if key is None or key.until is not None or ring.deleting_since is not None:
        return None
    wanted = key.algorithm in ring.policy.algorithms and ring.active(key.algorithm) is None
    return key.algorithm if wanted else None


def _succeed(ring: KeyRing, algorithm: str, *, force: bool, now: int) -> KeyRing:
    standby = ring.standby(algorithm)
    if standby and transitions.ready(standby, now):
        return transitions.activate(ring, kid=standby.kid, now=now)
    if force:
        return transitions.order_activation(ring, algorithm=algorithm)
    when = standby.activate_not_before if standby else None
    raise StandbyNotReady(
        f"algorithm: the standby of {algorithm} may not sign before "
        f"{when or 'the public URL was seen to serve it'} (now {now}); wait, or use force in an emergency"
    )


def _algorithm_of(ring: KeyRing, named: str | None) -> str:
    algorithms = ring.policy.algorithms
    if named is not None and named not in algorithms:
        raise InvalidRequest(
            f"algorithm: {named!r} is not one that {ring.issuer!r} signs with: {', '.join(algorithms)}"
        )
    return named or algorithms[0]


def _room_for_one_more(ring: KeyRing, now: int) -> None:
    """Invariant 7: refuse rather than publish a larger document."""
    there = len(ring.published(now)) + len(ring.births)
    if there >= MAX_PUBLISHED_KEYS:
        raise TooManyKeys(
            f"the JWK Set of {ring.issuer!r} has {there} keys; {MAX_PUBLISHED_KEYS} are allowed"
        )
