"""Single tokens revoked before their time: pure functions from key ring to key ring.

They stand in the ring, so that one conditional write, one copy and one restored-table check serve both
kinds of revocation. A bound keeps the ring's item far from DynamoDB's, and the document small: whoever has
to revoke more than that revokes the key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from jwx.errors import TooManyTokens
from jwx.ring.keyring import KeyRing, RevokedToken, Withdrawal
from jwx.ring.policy import RotationPolicy

MAX_REVOKED_TOKENS: Final = 500
NO_KID: Final = ""
"""In place of a kid in the withdrawal of tokens: the same effects in public as a key's, none in KMS."""


def revoke_token(ring: KeyRing, *, jti: str, exp: int, now: int) -> KeyRing:
    """Put a token on the list until nobody accepts it any more, and have the CDN emptied anew.

    Raises TooManyTokens. A token that is listed until then already changes nothing.
    """
    listed = {token.jti: token for token in live_tokens(ring, now)}
    if jti in listed and listed[jti].exp >= exp:
        return ring
    if len(listed) >= MAX_REVOKED_TOKENS and jti not in listed:
        raise TooManyTokens(
            f"jti: {len(listed)} tokens of {ring.issuer!r} are revoked already; {MAX_REVOKED_TOKENS} are "
            "allowed: revoke their key"
        )
    listed[jti] = RevokedToken(jti=jti, exp=exp)
    others = tuple(w for w in ring.withdrawals if w.kid != NO_KID)
    due = Withdrawal(kid=NO_KID, tagged_at=now, disabled_at=now)
    return replace(ring, revoked_tokens=tuple(listed.values()), withdrawals=(*others, due))


def live_tokens(ring: KeyRing, now: int) -> tuple[RevokedToken, ...]:
    """Those that some verifier may still accept."""
    return tuple(token for token in ring.revoked_tokens if now < listed_until(token, ring.policy))


def listed_until(token: RevokedToken, policy: RotationPolicy) -> int:
    """When nobody accepts it any more: by a verifier's leeway after `exp`, by clocks that are off."""
    return token.exp + policy.verifier_leeway + 2 * policy.clock_skew
