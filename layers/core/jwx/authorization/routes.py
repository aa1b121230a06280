"""Which scopes a route needs, and the one policy that says so for every route at once.

API Gateway caches an authorizer's answer and applies it to every route of the stage. So the policy is
made from the token's scopes alone, never from the route that happened to be asked for.

`*` spans `/` in an execute-api ARN. So a pattern whose scopes the token lacks becomes an explicit Deny:
else `GET /orders/*` would open `GET /orders/*/admin` too. What a router could read as another path than
we do (`//`, an encoded slash, an encoded letter of such a pattern, a path parameter, a second encoding, a
final slash) is denied with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jwx.errors import ConfigurationError
from jwx.jose import strict_json
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
MAX_PATTERNS: Final = 100
MAX_POLICIES: Final = 256
# Texts, not compiled: whoever sets no ROUTE_SCOPES need not wait for that at each cold start.
_PATTERN: Final = r"(\*|[A-Z]+) (/[A-Za-z0-9._~!&'()+,=:@*/-]*)|(\$connect)"
_SCOPE: Final = r"[\x21\x23-\x5B\x5D-\x7E]+"  # RFC 6749 section 3.3
# Also what is such a sequence to a router that cuts path parameters off, decodes twice or ends at a NUL: the
# path would leave the pattern that opens it, and what no pattern names is closed as well.
_ODD: Final = (
    *("//", "/./", "/..", "%2f", "%2F", "%5c", "%5C", "%2e", "%2E", "\\", "%00", "/;", "/%3b", "/%3B"),
    *("/.;", "/.%3b", "/.%3B", "%252f", "%252F", "%255c", "%255C", "%252e", "%252E"),
)
_ODD_END: Final = "/."
# Odd only where something is closed by name: it may be the same name in disguise. `%0` and the like: the `$`
# of many a router's expressions also stands before a final line feed, and others trim control characters.
_DISGUISES: Final = (";", "%3b", "%3B", "%25", "%0", "%1", "%7f", "%7F")
MAX_PATH: Final = 256  # API Gateway takes ARNs of up to 512 characters in a policy


class Pattern(NamedTuple):
    """One entry of ROUTE_SCOPES."""

    method: str
    path: str
    scopes: frozenset[str]

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that the pattern means; a request may have any, also one that is called `*`."""
        return METHODS if self.method == "*" else (self.method,)

    def covers(self, method: str, path: str) -> bool:
        """Whether the route is one of its; in time linear in the path, whatever the pattern."""
        if method not in self.methods:
            return False
        may_end = path.endswith("/") and self.method and not self.path.endswith(("*", "/"))
        return _is_like(path, self.path) or bool(may_end and _is_like(path[:-1], self.path))

    def resources(self, stage_arn: str) -> list[str]:
        """The ARNs of the routes that it covers, and of no other."""
        if not self.method:
            return [f"{stage_arn}/{self.path}"]
        paths = [self.path] if self.path.endswith(("*", "/")) else [self.path, f"{self.path}/"]
        # Never a wildcard for the method: it would span the beginning of another path, or open to a method
        # of no list what is closed to those of ours.
        return [f"{stage_arn}/{method}{path}" for method in self.methods for path in paths]


class Routes:
    """The routes of ROUTE_SCOPES; None for `patterns` opens every route to any valid token."""

    def __init__(self, patterns: tuple[Pattern, ...] | None) -> None:
        self._patterns = patterns
        self._policies: dict[tuple[str, tuple[bool, ...]], dict[str, Any]] = {}
        self._odd: dict[tuple[bool, ...], tuple[str, ...]] = {}

    def allows(self, method: str, path: str, scopes: frozenset[str]) -> bool:
        """Whether a token with these scopes may use that route: what the policy says of it."""
        if self._patterns is None:
            return True
        met = tuple([pattern.scopes <= scopes for pattern in self._patterns])
        if _is_odd(path, self._odd_with(met)):
            return False
        if min(path, default=" ") < " " or "\x7f" in path:  # decoded, as the raw path of an HTTP API is
            return False
        matching = [met[i] for i, pattern in enumerate(self._patterns) if pattern.covers(method, path)]
        return bool(matching) and all(matching)

    def policy(self, stage_arn: str, scopes: frozenset[str]) -> dict[str, Any]:
        """The policy for the whole stage, kept for the next token that has the same say."""
        met = tuple([pattern.scopes <= scopes for pattern in self._patterns or ()])
        policy = self._policies.get((stage_arn, met))
        if policy is None:
            if len(self._policies) >= MAX_POLICIES:
                self._policies.clear()
            policy = self._policies[stage_arn, met] = self._make_policy(stage_arn, met)
        return policy

    def _make_policy(self, stage_arn: str, met: tuple[bool, ...]) -> dict[str, Any]:
        if self._patterns is None:
            return _document(_statement("Allow", [f"{stage_arn}/*"]))
        pairs = list(zip(self._patterns, met, strict=True))
        opened = [arn for pattern, is_met in pairs if is_met for arn in pattern.resources(stage_arn)]
        if not opened:
            return deny_all(stage_arn)
        closed = [arn for pattern, is_met in pairs if not is_met for arn in pattern.resources(stage_arn)]
        closed += [f"{stage_arn}/*{sequence}*" for sequence in self._odd_with(met)]
        closed.append(f"{stage_arn}/*{_ODD_END}")
        return _document(_statement("Allow", opened), _statement("Deny", closed))

    def _odd_with(self, met: tuple[bool, ...]) -> tuple[str, ...]:
        """What must be in no path, kept as policies are."""
        odd = self._odd.get(met)
        if odd is None:
            if len(self._odd) >= MAX_POLICIES:
                self._odd.clear()
            pairs = zip(self._patterns or (), met, strict=True)
            odd = self._odd[met] = (*_ODD, *_aliases([pattern for pattern, is_met in pairs if not is_met]))
        return odd


def one_route(arn: str, *, is_open: bool) -> dict[str, Any]:
    """The policy for a decision that is never applied to another route: that of a WebSocket's `$connect`."""
    return _document(_statement("Allow" if is_open else "Deny", [arn]))


def deny_all(stage_arn: str) -> dict[str, Any]:
    """The policy that opens nothing."""
    return _document(_statement("Deny", [f"{stage_arn}/*"]))


def _is_odd(path: str, sequences: Iterable[str] = _ODD) -> bool:
    return path.endswith(_ODD_END) or any(sequence in path for sequence in sequences)


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(effect: str, resources: Iterable[str]) -> dict[str, Any]:
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": sorted(set(resources))}


def _aliases(unmet: Iterable[Pattern]) -> list[str]:
    """Disguises, and percent-encodings of characters that need none and stand in a closed pattern.

    `/%61dmin` may reach `/admin` (RFC 3986 section 2.3) and not match its Deny. The letters of %6x and %7x
    are not told apart: what else lies there is never seen in a path.
    """
    characters = {character for pattern in unmet for character in pattern.path} - {"*", "/", "."}
    codes = {f"{ord(character):02x}" for character in characters}
    rows = {f"%{code[0]}" if code[0] in "67" else f"%{code}" for code in codes}
    return sorted(rows | {row[0] + row[1:].upper() for row in rows} | (set(_DISGUISES) if codes else set()))


def parse_routes(text: str | None) -> Routes:
    """The value of ROUTE_SCOPES; None, the variable being absent, opens every route."""
    if text is None:
        return Routes(None)
    try:
        entries = strict_json.parse_object(text.encode())
    except strict_json.MalformedJson as error:
        raise ConfigurationError(
            f"ROUTE_SCOPES: {error}; a JSON object of route to scopes is wanted"
        ) from error
    if len(entries) > MAX_PATTERNS:
        raise ConfigurationError(f"ROUTE_SCOPES: {len(entries)} routes; allowed are {MAX_PATTERNS}")
    return Routes(tuple(_pattern(route, scopes) for route, scopes in entries.items()))


def _pattern(route: str, scopes: Any) -> Pattern:
    match = re.fullmatch(_PATTERN, route)
    method, path = (match[1], match[2]) if match and match[2] else ("", route)
    is_known = match is not None and method in ("", "*", *METHODS)
    if not is_known or _is_odd(path) or len(path) > MAX_PATH:
        raise ConfigurationError(
            f"ROUTE_SCOPES: got {route!r}; allowed is a method ({', '.join(METHODS)} or *), a space and "
            f"a path of up to {MAX_PATH} characters with * for any part of it, or $connect"
        )
    if not isinstance(scopes, list) or not all(
        isinstance(s, str) and re.fullmatch(_SCOPE, s) for s in scopes
    ):
        raise ConfigurationError(f"ROUTE_SCOPES: {route!r}: a list of scopes is wanted, got {scopes!r}")
    # With a final slash or without it is one route to most routers, whichever way it was written here.
    plain = path.removesuffix("/")
    return Pattern(method, path if plain.endswith("*") else plain or path, frozenset(scopes))


def _is_like(path: str, pattern: str) -> bool:
    """As IAM reads `*`. A regular expression would try all ways to divide a long path among the wildcards."""
    first, *rest = pattern.split("*")
    if not rest:
        return path == first
    *middle, last = rest
    start, end = len(first), len(path) - len(last)
    if start > end or not path.startswith(first) or not path.endswith(last):
        return False
    for part in middle:  # the leftmost place leaves most room for the others
        found = path.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """RFC 8693 section 4.2: one string, single spaces between. Anything else grants nothing."""
    scope = claims.get("scope")
    return frozenset(scope.split(" ")) - {""} if isinstance(scope, str) else frozenset()
