"""What a claims set must say: RFC 7519 section 4.1, RFC 8725, RFC 9068 section 4, RFC 7800.

Claims are looked at only after the signature holds. Everything is compared to the character; what
is of the wrong type is refused, never converted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jwx.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClaimRules(NamedTuple):
    """What one issuer's tokens have to say to be taken."""

    issuer: str
    audiences: frozenset[str]
    required: frozenset[str]
    leeway: int
    max_lifetime: int | None


class Window(NamedTuple):
    """The time in which a token holds, leeway included: from `opens` on, until before `closes`."""

    opens: float
    closes: float

    def check(self, now: float) -> None:
        if now >= self.closes:
            raise VerificationError("expired")
        if now < self.opens:
            raise VerificationError("not_yet_valid")


def validate_claims(claims: Mapping[str, Any], rules: ClaimRules, *, now: float) -> Window:
    """VerificationError unless all of them hold just now; else the time in which they do."""
    _check_types(claims)
    if claims.get("iss") != rules.issuer:
        raise VerificationError("wrong_issuer")
    _check_audience(claims, rules.audiences)
    window = _check_times(claims, rules, now)
    if not rules.required <= claims.keys():
        raise VerificationError("missing_claim")
    if "cnf" in claims:
        # RFC 7800: bound to a key whose proof nobody checks here; a bearer could have stolen it.
        raise VerificationError("bound_token")
    return window


def _check_types(claims: Mapping[str, Any]) -> None:
    for name in ("iss", "sub", "jti", "client_id"):
        if name in claims and type(claims[name]) is not str:
            raise VerificationError("malformed_claim")
    for name in ("exp", "nbf", "iat"):
        # Booleans are numbers to Python and none to JSON, hence `type`; the parser let in only
        # finite numbers.
        if name in claims and type(claims[name]) not in (int, float):
            raise VerificationError("malformed_claim")


def _check_audience(claims: Mapping[str, Any], ours: frozenset[str]) -> None:
    given = claims.get("aud")
    if given is None:
        raise VerificationError("missing_claim")
    values = given if type(given) is list else [given]
    if not all(type(value) is str for value in values):
        raise VerificationError("malformed_claim")
    if ours.isdisjoint(values):
        raise VerificationError("wrong_audience")


def _check_times(claims: Mapping[str, Any], rules: ClaimRules, now: float) -> Window:
    expires, issued, starts = claims.get("exp"), claims.get("iat"), claims.get("nbf")
    if expires is None or (rules.max_lifetime is not None and issued is None):
        raise VerificationError("missing_claim")
    if rules.max_lifetime is not None and issued is not None and expires - issued > rules.max_lifetime:
        raise VerificationError("lifetime_too_long")
    if issued is not None and issued - rules.leeway > now:
        raise VerificationError("issued_in_future")
    known = [moment for moment in (issued, starts) if moment is not None]
    window = Window(max(known, default=float("-inf")) - rules.leeway, expires + rules.leeway)
    window.check(now)
    return window
