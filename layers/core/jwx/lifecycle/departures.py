"""How keys leave, and with the last one a deleted issuer: out of the JWK Set, then disabled, then deleted."""

from __future__ import annotations

from collections.abc import Iterator

from jwx.lifecycle.steps import Action, Step, about
from jwx.ring.keyring import KeyRing, SigningKey, State
from jwx.ring.public_face import fingerprint, vanishes_at


def of_keys(ring: KeyRing, now: int) -> Iterator[Step]:
    """Each key at its time; imported ones no later than the issuer's own."""
    for key in ring.keys:
        yield from _of(ring, key, now)
    if ring.deleting_since is not None and all(key.until is not None for key in ring.keys):
        for key in ring.keys:
            if key.revoked_at is None:  # a revoked one is remembered, not forgotten
                yield about(Action.EXPIRE, now, "nothing else is left of the issuer", kid=key.kid)


def of_issuer(ring: KeyRing, now: int) -> Iterator[Step]:
    """A deleted issuer is closed when nothing of it is left in public, the static copy included."""
    shown_until = vanishes_at(ring, now) if ring.served_at is not None else ring.deleting_since
    told = ring.served_at is None or ring.copied == fingerprint(ring, now)
    if shown_until is not None and not ring.keys and not ring.births and told:
        yield about(Action.CLOSE, shown_until, "the issuer's last key is gone")


def _of(ring: KeyRing, key: SigningKey, now: int) -> Iterator[Step]:
    grace = 0 if ring.deleting_since is not None else ring.policy.grace
    match key.state(now):
        case State.IMPORTED | State.EXPIRED if key.until is not None:
            yield about(Action.EXPIRE, key.until, "the imported key's time is over", kid=key.kid)
        case State.RETIRING if key.retire_not_before is None:
            yield about(Action.SETTLE, now, "its end counts from when it was seen not to sign", kid=key.kid)
        case State.RETIRING if key.retire_not_before is not None:
            yield about(
                Action.RETIRE, key.retire_not_before, "its last token is no longer valid", kid=key.kid
            )
        case State.RETIRED if key.retired_at is not None:
            if key.disabled_at is None:
                yield about(Action.DISABLE, now, "a retired key must not sign", kid=key.kid)
            yield about(Action.DELETE, key.retired_at + grace, "its grace period is over", kid=key.kid)
        case State.REVOKED if key.revoked_at is not None and ring.withdrawal(key.kid) is None:
            yield about(Action.DELETE, key.revoked_at + grace, "its grace period is over", kid=key.kid)
