"""Holds a token against an issuer with `jwx.Verifier`, the same code that the authorizer runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.errors import ConfigurationError
from jwx.jose.jws import parse_payload, parse_unverified
from jwx.publishing.publication import REVOKED_TOKENS
from jwx.verification.fetched import Fetch
from jwx.verification.verifier import MAX_TOKEN_SIZE
from jwx_cli.inspector.reasons import Case, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the token is held against. Where nothing is said, the token's own word is taken, and told."""

    issuer: str | None = None
    audiences: tuple[str, ...] = ()
    types: tuple[str, ...] = ("at+jwt",)
    leeway: int = 60
    has_deny_list: bool = False
    """Whether the issuer publishes which single tokens are revoked, as ours do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Accepted, or why not."""

    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    retryable: bool = False
    explanation: str = ""
    issuer: str = ""
    notes: tuple[str, ...] = ()


type KeyState = Callable[[str, str], str | None]
"""From issuer URL and kid to what the stack knows of the key."""


def examine(
    token: str, wanted: Wanted, *, fetch: Fetch, clock: Callable[[], float], key_state: KeyState
) -> Verdict:
    """The verdict; the token itself goes nowhere, only the issuer's public documents are fetched."""
    case = Case(
        now=clock(),
        issuer=wanted.issuer or "",
        audiences=wanted.audiences,
        types=wanted.types,
        leeway=wanted.leeway,
        size=len(token),
    )
    try:
        if len(token) > MAX_TOKEN_SIZE:
            raise VerificationError("token_too_large")
        parsed = parse_unverified(token)
        case = replace(case, header=parsed.header)
        case = replace(case, claims=parse_payload(parsed.payload))
        trusted, notes = _trust(case.claims, wanted)
        case = replace(case, issuer=trusted.issuer, audiences=tuple(sorted(trusted.rules.audiences)))
        Verifier(trusted, fetch=fetch, clock=clock).verify(token)
    except VerificationError as refused:
        if refused.reason == "unknown_key":
            case = replace(case, key_state=key_state(case.issuer, str(case.header.get("kid"))))
        return _refused(refused.reason, case, retryable=refused.retryable)
    except ConfigurationError as error:
        why = f"Nothing can be checked: {error}."
        return replace(_refused("unknown_issuer", case, retryable=False), explanation=why)
    return Verdict(header=dict(case.header), claims=dict(case.claims), issuer=case.issuer, notes=notes)


def _refused(reason: str, case: Case, *, retryable: bool) -> Verdict:
    return Verdict(
        header=dict(case.header),
        claims=dict(case.claims),
        reason=reason,
        retryable=retryable,
        explanation=sentence(reason, case),
        issuer=case.issuer,
    )


def _trust(claims: Mapping[str, Any], wanted: Wanted) -> tuple[TrustedIssuer, tuple[str, ...]]:
    """What nobody named is taken from the token and noted as not checked."""
    notes = []
    issuer, audiences = wanted.issuer, wanted.audiences
    if issuer is None:
        issuer = claims["iss"] if isinstance(claims.get("iss"), str) else ""
        notes.append(
            "It was held against the issuer that it names itself: whether you trust it is for you to say."
        )
    if not audiences:
        audiences = _own_audiences(claims.get("aud"))
        notes.append("Whether it is for you was not checked: --audience says who you are.")
    if not wanted.has_deny_list:
        notes.append("Whether it was revoked by itself was not checked: --stack names whose list to ask.")
    trusted = TrustedIssuer(
        issuer=issuer,
        audiences=audiences,
        token_types=wanted.types,
        leeway=wanted.leeway,
        deny_list_uri=f"{issuer}/.well-known/{REVOKED_TOKENS}" if wanted.has_deny_list else None,
    )
    return trusted, tuple(notes)


def _own_audiences(given: object) -> tuple[str, ...]:
    values = given if isinstance(given, list) else [given]
    return tuple(value for value in values if isinstance(value, str) and value) or ("(none)",)
