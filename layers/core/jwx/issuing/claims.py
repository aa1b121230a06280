"""The claims that a caller may send: checked whole before KMS is asked (RFC 7519 section 4, RFC 9068).

A token that its verifiers read in two ways, or not at all, must not be minted: what Python takes for JSON
and JSON does not (NaN, 1e400, lone surrogates) is refused, and so is a registered claim of another type
than its RFC gives it. Messages name claims and types, never values: those may be somebody's personal data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jwx.errors import InvalidRequest

OURS: Final = ("iss", "iat", "exp", "jti")
"""Claims that the issuer alone sets."""

MAX_DEPTH: Final = 16
"""Objects and arrays within each other, the claims object itself included; our verifier stops at 32."""

MAX_VALUES: Final = 2000
"""Values in all: a bound on the work of checking them; the size of the token is bounded elsewhere."""

_EXACT: Final = 2**53 - 1
"""RFC 7493 section 2.2: beyond it a verifier may read another number than was signed."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")

type _Check = tuple[str, Callable[[Any], bool]]


def check_claims(given: object) -> dict[str, Any]:
    """The claims, if they may stand in a token; else InvalidRequest that names the claim."""
    if not isinstance(given, Mapping):
        raise InvalidRequest(f"claims: an object is needed, {kind(given)} was given")
    for name in OURS:
        if name in given:
            raise InvalidRequest(f"claims.{name}: is set by the issuer; {', '.join(OURS)} must be left out")
    _check_values(given)
    for name, (wanted, holds) in _REGISTERED.items():
        if name in given and not holds(given[name]):
            raise InvalidRequest(f"claims.{name}: {wanted} is needed, {kind(given[name])} was given")
    return dict(given)


def kind(value: object) -> str:
    """What JSON calls a value, so that a message need not show it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    if isinstance(value, str):
        return "a string" if value else "an empty string"
    if isinstance(value, list | tuple):
        return "an array" if value else "an empty array"
    return "an object" if isinstance(value, Mapping) else "a number"


def _check_values(claims: Mapping[str, Any]) -> None:
    """Walk all values without recursion, so that no depth of input can overflow the stack."""
    left: list[tuple[str, Any, int]] = [("claims", claims, 1)]
    seen = 0
    while left:
        path, value, depth = left.pop()
        _check_value(path, value)
        if isinstance(value, Mapping | list | tuple):
            seen += len(value)
            if seen > MAX_VALUES:
                raise InvalidRequest(f"claims: more than {MAX_VALUES} values")
            if depth > MAX_DEPTH:
                raise InvalidRequest(f"{_short(path)}: nested deeper than {MAX_DEPTH} levels")
            left.extend((name, child, depth + 1) for name, child in _children(path, value))


def _children(path: str, value: Mapping[Any, Any] | list[Any] | tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield from ((f"{path}[{index}]", child) for index, child in enumerate(value))
        return
    for name, child in value.items():
        if not isinstance(name, str) or not _is_text(name):
            raise InvalidRequest(f"{_short(path)}: a name in it is not Unicode text")
        yield f"{path}.{name}", child


def _check_value(path: str, value: object) -> None:
    """Refuse what is no JSON value, or one that is read differently elsewhere."""
    if isinstance(value, str):
        if not _is_text(value):
            raise InvalidRequest(
                f"{_short(path)}: a lone surrogate is not Unicode text (RFC 7493 section 2.1)"
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidRequest(f"{_short(path)}: not a finite number; JSON has no other")
    elif isinstance(value, int):
        if abs(value) > _EXACT:
            raise InvalidRequest(f"{_short(path)}: a number beyond 2^53 - 1 is read inexactly; send a string")
    elif value is not None and not isinstance(value, Mapping | list | tuple):
        raise InvalidRequest(f"{_short(path)}: {type(value).__name__} is not a JSON value")


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _short(path: str) -> str:
    """A path for a message: claim names come from the caller and may be long or unprintable."""
    text = path if path.isprintable() else ascii(path)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_strings(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_is_name(item) for item in value)


def _is_scope(value: object) -> bool:
    return isinstance(value, str) and _SCOPE.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


_STRING: _Check = ("a non-empty string", _is_name)
_STRINGS: _Check = ("an array of non-empty strings", _is_strings)
_TIME: _Check = ("a number of seconds since 1970", _is_number)
_OBJECT: _Check = ("an object", lambda value: isinstance(value, Mapping))

_REGISTERED: Mapping[str, _Check] = {
    "sub": _STRING,
    "aud": ("a non-empty string or array of such", lambda value: _is_name(value) or _is_strings(value)),
    "nbf": _TIME,
    "client_id": _STRING,  # RFC 8693 section 4.3
    "scope": ("names separated by single spaces (RFC 6749 section 3.3)", _is_scope),
    "azp": _STRING,  # OpenID Connect Core section 2, as the four below
    "nonce": _STRING,
    "acr": _STRING,
    "amr": _STRINGS,
    "auth_time": _TIME,
    "sid": _STRING,
    "cnf": _OBJECT,  # RFC 7800 section 3.1
    "act": _OBJECT,  # RFC 8693 section 4.1
    "may_act": _OBJECT,
}
