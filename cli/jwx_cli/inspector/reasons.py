"""The verifier's reasons, each as a sentence with the figures at hand. It decides, this explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jwx.verification.verifier import MAX_TOKEN_SIZE
from jwx_cli.words import duration, moment, printable, relative


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A refused token and what it was held against; the first two are empty when it has no form."""

    now: float
    issuer: str
    audiences: tuple[str, ...]
    types: tuple[str, ...]
    leeway: int
    size: int
    header: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    key_state: str | None = None
    """What the stack says of the key, where a stack was asked."""

    def shown(self, name: str) -> str:
        """A claim, fit for a sentence."""
        return printable(repr(self.claims.get(name)))

    @property
    def kid(self) -> str:
        """The key that the header names."""
        return printable(str(self.header.get("kid", "(none)")))


def sentence(reason: str, case: Case) -> str:
    """Why the token is refused; a reason that is newer than this table is told as it is."""
    explain = _SENTENCES.get(reason)
    return explain(case) if explain else f"The verifier says {reason!r}."


def _expired(case: Case) -> str:
    at = case.claims["exp"]
    granted = f"a leeway of {case.leeway} s is granted already"
    return f"It expired {relative(at, case.now)}, at {moment(at)}; {granted}."


def _not_yet(case: Case) -> str:
    return f"It is not valid before {_when(case, 'nbf')}, and a leeway of {case.leeway} s is granted already."


def _future(case: Case) -> str:
    return f"It says it was issued {_when(case, 'iat')}: in the future. Is a clock wrong?"


def _when(case: Case, name: str) -> str:
    at = case.claims.get(name, case.claims.get("iat", 0))
    return f"{moment(at)} ({relative(at, case.now)})"


def _audience(case: Case) -> str:
    return f"It is for {case.shown('aud')}, and none of these is there: {', '.join(case.audiences)}."


def _unknown_key(case: Case) -> str:
    if case.key_state:
        return f"Its key {case.kid} is not in the issuer's JWK Set: {case.key_state}."
    return (
        f"Its key {case.kid} is not in the issuer's JWK Set: revoked, retired, or never one of this issuer's."
    )


def _issuer(case: Case) -> str:
    return f"It says it is from {case.shown('iss')}, and the issuer to be trusted is {case.issuer!r}."


def _type(case: Case) -> str:
    given = printable(repr(case.header.get("typ", "JWT")))
    return f"It is a token of the type {given}, and wanted is {' or '.join(case.types)}."


def _missing(case: Case) -> str:
    missing = [name for name in ("exp", "aud", "iat") if name not in case.claims]
    return (
        f"A claim that is needed is missing: {' and '.join(missing[:2]) or 'one that the issuer requires'}."
    )


def _too_long(case: Case) -> str:
    life = duration(case.claims["exp"] - case.claims["iat"])
    return f"It lives for {life}, which is longer than its issuer may let tokens live."


_SENTENCES: Final[Mapping[str, Callable[[Case], str]]] = {
    "malformed_token": lambda _: (
        "It has not the form of a signed token: three parts of base64url without padding, with dots between."
    ),
    "token_too_large": lambda case: f"It has {case.size} characters; {MAX_TOKEN_SIZE} are allowed.",
    "malformed_header": lambda _: "Its header is no strict JSON object, or alg, kid or typ is no string.",
    "malformed_payload": lambda _: "Its payload is no strict JSON object.",
    "unsupported_header": lambda _: "Its header asks for what is refused: crit, b64, zip or enc.",
    "unknown_issuer": _issuer,
    "wrong_issuer": _issuer,
    "algorithm_not_allowed": lambda case: (
        f"Its algorithm {printable(repr(case.header.get('alg')))} is never accepted from this issuer."
    ),
    "wrong_type": _type,
    "unknown_key": _unknown_key,
    "key_mismatch": lambda case: (
        f"The key {case.kid} is there, and it is no key for {printable(repr(case.header.get('alg')))}."
    ),
    "ambiguous_key": lambda case: f"More than one key may be meant by {case.kid}.",
    "bad_signature": lambda case: (
        f"Its signature is not one of the key {case.kid} over this header and payload: it was changed, or "
        "somebody else signed it."
    ),
    "malformed_claim": lambda _: "One of iss, sub, jti, client_id, aud, exp, nbf, iat is of a wrong type.",
    "missing_claim": _missing,
    "wrong_audience": _audience,
    "issued_in_future": _future,
    "not_yet_valid": _not_yet,
    "expired": _expired,
    "lifetime_too_long": _too_long,
    "bound_token": lambda _: (
        "It is bound to a key (cnf) whose proof is not checked here: it must not pass as a bearer token."
    ),
    "revoked_token": lambda case: (
        f"It was revoked by itself: its jti {case.shown('jti')} is on its issuer's list of revoked tokens. "
        "A verifier that does not ask for the list takes it until it expires."
    ),
    "deny_list_unavailable": lambda case: (
        f"The list of revoked tokens of {case.issuer!r} cannot be fetched just now."
    ),
    "keys_unavailable": lambda case: f"The JWK Set of {case.issuer!r} cannot be fetched just now.",
}
