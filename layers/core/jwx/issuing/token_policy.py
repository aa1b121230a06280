"""What an issuer's tokens may say: bounds set by whoever deploys, checked before KMS is asked.

How long a token lives is the key ring's policy, since keys must stay published that long. What it may say
is a setting of the signer: it concerns no cache and no key. Everything is allowed unless it is listed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from jwx.errors import ConfigurationError, InvalidRequest
from jwx.issuer_names import DEFAULT, RESERVED, shown
from jwx.issuing.grants import Grant, parse_grants

ANY_ISSUER: Final = "*"

MAX_TOKEN_BYTES: Final = 16 * 1024
"""What our verifier takes unless it is told otherwise; importing it from there would load all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPolicy:
    """Patterns are shell-like and case-sensitive: `api://*`. None allows everything."""

    audiences: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    claims: tuple[str, ...] | None = None
    """Names of further claims; `sub aud scope client_id nbf` need not be listed."""
    own_nbf: bool = False
    """The issuer sets `nbf` to the time of issue and takes none from the caller."""
    max_token_bytes: int = MAX_TOKEN_BYTES
    grants: tuple[Grant, ...] = ()
    """Who may ask for which token over HTTP; a direct invoke needs none."""

    def check(self, claims: Mapping[str, Any]) -> None:
        """InvalidRequest that names the claim and what is allowed."""
        if self.own_nbf and "nbf" in claims:
            raise InvalidRequest("claims.nbf: is set by the issuer, whose policy says so; leave it out")
        given = claims.get("aud", ())
        _check_listed("claims.aud", [given] if isinstance(given, str) else given, self.audiences)
        _check_listed("claims.scope", claims.get("scope", "").split(), self.scopes)
        _check_listed("claims", [name for name in claims if name not in _ALWAYS], self.claims)


_ALWAYS: Final = frozenset({"sub", "aud", "scope", "client_id", "nbf"})


def _check_listed(field: str, values: Any, allowed: tuple[str, ...] | None) -> None:
    if allowed is None:
        return
    for value in values:
        if not any(fnmatchcase(value, pattern) for pattern in allowed):
            raise InvalidRequest(
                f"{field}: {shown(value)} is not allowed; allowed are {', '.join(allowed) or 'none'}"
            )


class TokenPolicies:
    """The policy of each issuer: its own one, or that of `*`, or no bounds but the defaults."""

    def __init__(self, policies: Mapping[str, TokenPolicy]) -> None:
        self._policies = policies
        self._otherwise = policies.get(ANY_ISSUER, TokenPolicy())

    @classmethod
    def parse(cls, text: str) -> TokenPolicies:
        """From JSON: `{"*": {...}, "default": {"audiences": ["api://*"]}}`. Raises ConfigurationError."""
        try:
            given = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"TOKEN_POLICIES: not JSON: {error}") from error
        if not isinstance(given, dict):
            raise ConfigurationError("TOKEN_POLICIES: an object from issuer to policy is needed")
        return cls({name: _parse(name, policy) for name, policy in given.items()})

    def of(self, issuer: str) -> TokenPolicy:
        """The policy of that issuer."""
        return self._policies.get(issuer, self._otherwise)


def _parse(name: str, given: object) -> TokenPolicy:
    where = f"TOKEN_POLICIES.{name}"
    if name in RESERVED - {DEFAULT}:
        raise ConfigurationError(f"{where}: no issuer can have that name")
    if not isinstance(given, dict):
        raise ConfigurationError(f"{where}: an object is needed")
    changes: dict[str, Any] = {}
    for field, value in given.items():
        if field == "grants":
            changes[field] = parse_grants(f"{where}.grants", value)
            continue
        if field not in _FIELDS:
            known = ", ".join((*_FIELDS, "grants"))
            raise ConfigurationError(f"{where}.{field}: no such field; known are {known}")
        wanted, holds = _FIELDS[field]
        if not holds(value):
            raise ConfigurationError(f"{where}.{field}: {wanted} is needed, {shown(value)} was given")
        changes[field] = tuple(value) if isinstance(value, list) else value
    return replace(TokenPolicy(), **changes)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _is_size(value: object) -> bool:
    return type(value) is int and 512 <= value <= MAX_TOKEN_BYTES


_FIELDS: Final = {
    "audiences": ("a list of patterns", _is_names),
    "scopes": ("a list of patterns", _is_names),
    "claims": ("a list of patterns", _is_names),
    "own_nbf": ("true or false", lambda value: isinstance(value, bool)),
    "max_token_bytes": (f"a number from 512 to {MAX_TOKEN_BYTES}", _is_size),
}
