"""The requests that the rotation function takes, checked field by field before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jwx.errors import InvalidRequest
from jwx.issuer_names import DEFAULT, check_name, shown

ALL_ISSUERS: Final = "*"
MAX_REASON: Final = 256

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "reconcile": frozenset(),
    "status": frozenset(),
    "plan": frozenset(),
    "rotate": frozenset({"algorithm", "active_kid", "force"}),
    "revoke": frozenset({"kid", "reason", "force"}),
    "revoke_token": frozenset({"jti", "exp"}),
    "create_issuer": frozenset({"policy"}),
    "update_policy": frozenset({"policy"}),
    "delete_issuer": frozenset(),
    "import_key": frozenset({"jwk", "until"}),
    "attach_certificate": frozenset({"kid", "chain"}),
    "certificate_request": frozenset({"kid", "subject"}),
    "list_issuers": frozenset({"after"}),
}
"""Each action and what it takes beside `action` and, unless it is about all issuers, `issuer`."""


class VerbRequest:
    """One checked request. Each accessor raises InvalidRequest that names the field."""

    def __init__(self, given: object) -> None:
        if not isinstance(given, Mapping):
            raise InvalidRequest(f"request: an object is needed, {shown(given)} was given")
        self._given: Mapping[str, Any] = given
        action = given.get("action")
        if not isinstance(action, str) or action not in FIELDS:
            raise InvalidRequest(f"action: {shown(action)} is not one of {', '.join(FIELDS)}")
        self.action = action
        allowed = FIELDS[action] | ({"action"} if action == "list_issuers" else {"action", "issuer"})
        for name in given:
            if name not in allowed:
                raise InvalidRequest(
                    f"{shown(name)}: {action} takes no such field; it takes {', '.join(sorted(allowed))}"
                )
        issuer = given.get("issuer", DEFAULT)
        every = action == "reconcile" and issuer == ALL_ISSUERS
        self.issuer: str = ALL_ISSUERS if every else check_name(issuer)

    def text(self, name: str, *, most: int) -> str:
        """A mandatory string of 1 to `most` characters."""
        value = self.optional_text(name, most=most)
        if value is None:
            raise InvalidRequest(f"{name}: is missing; {self.action} needs it")
        return value

    def optional_text(self, name: str, *, most: int) -> str | None:
        """A string of 1 to `most` printable characters, or None."""
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
            raise InvalidRequest(
                f"{name}: {shown(value)} is not a string of 1 to {most} printable characters"
            )
        return value

    def flag(self, name: str) -> bool:
        """A boolean, false when left out."""
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise InvalidRequest(f"{name}: {shown(value)} is neither true nor false")
        return value

    def time(self, name: str, *, after: int, until: int) -> int:
        """A mandatory time in epoch seconds within two bounds."""
        value = self._given.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not after < value <= until:
            raise InvalidRequest(
                f"{name}: {shown(value)} is not a time in epoch seconds after {after} and up to {until}"
            )
        return value

    def mapping(self, name: str, *, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """A JSON object; mandatory without a default."""
        value = self._given.get(name, default)
        if not isinstance(value, Mapping):
            raise InvalidRequest(f"{name}: an object is needed, {shown(value)} was given")
        return value

    def value(self, name: str) -> object:
        """Any JSON value, checked by who takes it."""
        return self._given.get(name)
