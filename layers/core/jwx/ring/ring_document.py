"""The key ring as a JSON document, the form in which it is stored.

The document carries the number of its schema. A newer one is refused rather than half understood: an older
function beside a newer one, during a deployment, must not drop what it does not know. An older one is
brought up to date step by step when it is read, and written in the new form with the next change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from jwx.errors import KeyRingUnavailable
from jwx.ring.keyring import Birth, KeyRing, RevokedToken, SigningKey, Tombstone, Withdrawal
from jwx.ring.policy import RotationPolicy
from jwx.ring.promises import Promises

SCHEMA: Final = 1

type Document = dict[str, Any]
type Upgrades = Mapping[int, Callable[[Document], Document]]

UPGRADES: Final[Upgrades] = {}
"""How to bring a document of schema n to schema n + 1, by n."""

_STORED_BESIDE = {"version", "restored"}
"""What the store knows about the document rather than from it."""


def write(ring: KeyRing) -> str:
    """The document of `ring`, without its version; what is not set is left out."""
    plain = {name: value for name, value in _plain(ring).items() if name not in _STORED_BESIDE}
    return json.dumps({"schema": SCHEMA, **plain}, separators=(",", ":"), sort_keys=True)


def read(text: str, *, version: str, restored: bool, upgrades: Upgrades = UPGRADES) -> KeyRing:
    """The key ring of a document. Raises KeyRingUnavailable for one that this code cannot read."""
    try:
        document = _upgraded(json.loads(text), upgrades)
        return _ring(document, version=version, restored=restored)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KeyRingUnavailable(f"key ring: its document is damaged ({type(error).__name__})") from error


def _upgraded(document: Document, upgrades: Upgrades) -> Document:
    schema = document["schema"]
    while schema in upgrades:
        document, schema = upgrades[schema](document), schema + 1
    if schema != SCHEMA:
        raise KeyRingUnavailable(f"key ring: its document has schema {schema!r}; this code reads {SCHEMA}")
    return {name: value for name, value in document.items() if name != "schema"}


def _plain(value: Any) -> Any:
    """JSON values of a dataclass; None, False and empty are the defaults that may be left out."""
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(member) for name, member in members if not _unset(member)}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(member) for member in value] if isinstance(value, tuple) else value


def _unset(value: object) -> bool:
    return value is None or value is False or value == ()


def _ring(document: Document, *, version: str, restored: bool) -> KeyRing:
    parts: Document = {
        "policy": _policy(document["policy"]),
        "keys": tuple(_key(key) for key in document.get("keys", ())),
        "births": tuple(Birth(**birth) for birth in document.get("births", ())),
        "withdrawals": tuple(Withdrawal(**due) for due in document.get("withdrawals", ())),
        "tombstones": tuple(Tombstone(**stone) for stone in document.get("tombstones", ())),
        "revoked_tokens": tuple(RevokedToken(**token) for token in document.get("revoked_tokens", ())),
        "forced": tuple(document.get("forced", ())),
    }
    return KeyRing(**{**document, **parts, "version": version, "restored": restored})


def _policy(stored: Document) -> RotationPolicy:
    """Not validated again: a bound that a later release tightens must not make a ring unreadable."""
    return RotationPolicy(**{**stored, "algorithms": tuple(stored.get("algorithms", ()))})


def _key(stored: Document) -> SigningKey:
    promises = stored.get("promises")
    parts = {
        "promises": promises and Promises(**promises),
        "certificates": tuple(stored.get("certificates", ())),
    }
    return SigningKey(**{**stored, **parts})
