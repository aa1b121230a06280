"""What a claims set must say: RFC 7519 section 4.1, RFC 8725, RFC 9068 section 4, RFC 7800.

Claims are looked at only after the signature holds. Everything is compared to the character; what
is of the wrong type is refused, never converted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jwx.errors import VerificationError
from jwx.named_tuple import NamedTuple

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


def validate_claims(claims: Mapping[str, Any], rules: ClaimRules, *, now: float) -> Window:
    """VerificationError unless all of them hold just now; else the time in which they do."""
    get = claims.get
    kinds = type(get("iss", "")), type(get("sub", "")), type(get("jti", "")), type(get("client_id", ""))
    if kinds != _STRINGS:
        raise VerificationError("malformed_claim")
    if get("iss") != rules.issuer:
        raise VerificationError("wrong_issuer")
    _check_audience(get("aud"), rules.audiences)
    window = _check_times(claims, rules, now)
    for name in rules.required:
        if claims.get(name) is None:  # null is what some issuers say for "there is none"
            raise VerificationError("missing_claim")
    if "cnf" in claims:
        # RFC 7800: bound to a key whose proof nobody checks here; a bearer could have stolen it.
        raise VerificationError("bound_token")
    return window


_STRINGS: Final = (str, str, str, str)
_NUMBERS: Final = frozenset({int, float})
_ALWAYS: Final = float("-inf")


def _check_audience(given: Any, ours: frozenset[str]) -> None:
    if type(given) is str:
        given = (given,)
    elif given is None:
        raise VerificationError("missing_claim")
    elif type(given) is not list or not all(type(value) is str for value in given):
        raise VerificationError("malformed_claim")
    if ours.isdisjoint(given):
        raise VerificationError("wrong_audience")


def _check_times(claims: Mapping[str, Any], rules: ClaimRules, now: float) -> Window:
    if "exp" not in claims:
        raise VerificationError("missing_claim")
    expires, issued, begins = claims["exp"], claims.get("iat", _ALWAYS), claims.get("nbf", _ALWAYS)
    # Booleans are numbers to Python and none to JSON, hence `type`; the parser let in no infinity.
    if type(expires) not in _NUMBERS or type(issued) not in _NUMBERS or type(begins) not in _NUMBERS:
        raise VerificationError("malformed_claim")
    if issued - rules.leeway > now:
        raise VerificationError("issued_in_future")
    opens = begins if begins > issued else issued
    if rules.max_lifetime is not None:
        if "iat" not in claims:
            raise VerificationError("missing_claim")
        if expires - issued > rules.max_lifetime:
            raise VerificationError("lifetime_too_long")
    if now >= expires + rules.leeway:
        raise VerificationError("expired")
    if now < opens - rules.leeway:
        raise VerificationError("not_yet_valid")
    return Window(opens - rules.leeway, expires + rules.leeway)
