"""Who may ask for which token over HTTP: grants held with the issuer's policy, denied by default.

A direct invoke needs no grant: IAM's `lambda:InvokeFunction` is the whole right to mint. Over HTTP the caller
has only the right to call the API, so that its role decides what it gets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from jwx.errors import ConfigurationError, NotGranted
from jwx.issuer_names import shown
from jwx.issuing.token_request import ACCESS_TOKEN, TokenRequest

_COVERED_OTHERWISE = frozenset({"sub", "client_id", "aud", "scope", "nbf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Patterns are shell-like and case-sensitive; nothing is allowed that none of them matches."""

    principal: str
    """Of the caller's ARN: `arn:aws:sts::111122223333:assumed-role/orders/*`."""
    subjects: tuple[str, ...]
    """Also bounds `client_id`: naming another client is being it."""
    audiences: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    """Names of further claims."""
    token_types: tuple[str, ...] = (ACCESS_TOKEN,)

    def refusal(self, request: TokenRequest) -> NotGranted | None:
        """Why this grant does not cover the request; None when it does."""
        claims = request.claims
        further = [name for name in claims if name not in _COVERED_OTHERWISE]
        for field, code, values, patterns in (
            ("typ", "unauthorized_client", [request.typ], self.token_types),
            ("claims.sub", "unauthorized_client", _present(claims, "sub"), self.subjects),
            ("claims.client_id", "unauthorized_client", _present(claims, "client_id"), self.subjects),
            ("claims.aud", "invalid_target", _audiences(claims), self.audiences),
            ("claims.scope", "invalid_scope", claims.get("scope", "").split(), self.scopes),
            ("claims", "unauthorized_client", further, self.claims),
        ):
            if not all(_matches(value, patterns) for value in values):
                return NotGranted(f"{field}: the caller may not ask for it", code=code)
        return None


def check_granted(grants: Iterable[Grant], request: TokenRequest, *, principal: str) -> None:
    """One grant must cover all of the request: what two allow together, neither does. Raises NotGranted."""
    # Without a verified caller nobody has a grant, not even under the pattern that matches everybody.
    theirs = [grant for grant in grants if principal and fnmatchcase(principal, grant.principal)]
    refusals = [grant.refusal(request) for grant in theirs]
    if None in refusals:
        return
    none = NotGranted("the issuer has no grant for the caller", code="unauthorized_client")
    # With several grants the nearest miss is the most helpful, and it is not known which one that is.
    raise next((refusal for refusal in refusals if refusal), none)


def parse_grants(where: str, given: object) -> tuple[Grant, ...]:
    """From the JSON of a setting. Raises ConfigurationError: a grant must mean what it says."""
    if not isinstance(given, list):
        raise ConfigurationError(f"{where}: a list of grants is needed, {shown(given)} was given")
    return tuple(_parse(f"{where}[{index}]", one) for index, one in enumerate(given))


def _parse(where: str, given: object) -> Grant:
    if not isinstance(given, dict):
        raise ConfigurationError(f"{where}: an object is needed, {shown(given)} was given")
    unknown, missing = given.keys() - _FIELDS, _REQUIRED - given.keys()
    if unknown or missing:
        wrong = f"{min(unknown)}: no such field" if unknown else f"{min(missing)}: missing"
        raise ConfigurationError(f"{where}.{wrong}; known are {', '.join(sorted(_FIELDS))}")
    principal = given["principal"]
    if not isinstance(principal, str) or not principal.startswith("arn:"):
        raise ConfigurationError(f"{where}.principal: {shown(principal)} is no pattern of ARNs")
    lists = {name: value for name, value in given.items() if name != "principal"}
    for name, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ConfigurationError(f"{where}.{name}: {shown(value)} is no list of patterns")
    return Grant(principal=principal, **{name: tuple(value) for name, value in lists.items()})


_FIELDS = {field.name for field in fields(Grant)}
_REQUIRED = {field.name for field in fields(Grant) if field.default is MISSING}


def _present(claims: Mapping[str, Any], name: str) -> list[str]:
    """A token without `sub` is not one for every subject: the absent value matches only what matches all."""
    return [claims.get(name, "")] if name == "sub" or name in claims else []


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    given = claims.get("aud", "")
    return [given] if isinstance(given, str) else list(given)


def _matches(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)
