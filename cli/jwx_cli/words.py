"""Times, steps and other people's text as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from jwx.ring.token_revocation import NO_KID

STEPS: Final = {
    "recover": "compare the restored key ring with KMS",
    "inspect": "ask KMS about the key",
    "disable_revoked": "disable the revoked key in KMS",
    "tag_revoked": "mark the KMS key as revoked",
    "invalidate": "empty the CDN",
    "invalidate_again": "empty the CDN once more",
    "confirm_absence": "see the public URL without the key",
    "activate": "let the standby sign",
    "copy": "write the static copy",
    "abandon": "give up a birth that went silent",
    "create": "make a KMS key",
    "prove": "have the new key prove itself",
    "publish": "publish the new keys",
    "confirm": "see the public URL with the key",
    "settle": "note until when its last token lives",
    "retire": "take the key out of the JWK Set",
    "expire": "take the imported key out of the JWK Set",
    "disable": "disable the retired key in KMS",
    "delete": "schedule the deletion of the KMS key",
    "close": "close the deleted issuer",
}
"""The actions that the rotation function answers."""

_EPOCH: Final = re.compile(r"(?<![\w.])[1-3]\d{9}(?![\w.])")
_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def step_words(step: Mapping[str, Any]) -> str:
    """What a step does; a newer function may know steps that we do not."""
    if step["action"] == "confirm_absence" and step["kid"] == NO_KID:
        return "wait until no older list is under way"
    return STEPS.get(step["action"], str(step["action"]))


def duration(seconds: float) -> str:
    """The two largest units, such as `3 d 4 h`."""
    left = int(abs(seconds))
    parts: list[str] = []
    for unit, size in _UNITS:
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
    return " ".join(parts) or "0 s"


def relative(at: float, now: float) -> str:
    """`in 3 d`, `2 min ago` or `now`."""
    if int(at) == int(now):
        return "now"
    return f"in {duration(at - now)}" if at > now else f"{duration(at - now)} ago"


def due(at: float, now: float) -> str:
    """When a step is to be done; what is overdue is done by the next run."""
    return "now" if at <= now else relative(at, now)


def moment(at: float) -> str:
    """A time in UTC, to the second; years that no calendar knows stay numbers."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(at)


def legible(message: str) -> str:
    """A function's message, its epoch seconds told as times."""
    return _EPOCH.sub(lambda found: moment(int(found[0])), message)


def printable(text: str) -> str:
    """Text that somebody else wrote: no control character of it may reach a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def short(kid: str) -> str:
    """Enough of a kid to know it again in a narrow place."""
    return kid if len(kid) <= 10 else f"{kid[:9]}…"
