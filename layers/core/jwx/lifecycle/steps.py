"""The words that a plan is made of: what can be done with a key ring, and one such thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jwx.errors import ServiceFailed
from jwx.ring.keyring import KeyRing


class Action(StrEnum):
    """One kind of step each; their order is the order of urgency."""

    RECOVER = "recover"
    INSPECT = "inspect"
    TAG_REVOKED = "tag_revoked"
    DISABLE_REVOKED = "disable_revoked"
    ACTIVATE = "activate"
    COPY = "copy"
    INVALIDATE = "invalidate"
    INVALIDATE_AGAIN = "invalidate_again"
    CONFIRM_ABSENCE = "confirm_absence"
    SETTLE = "settle"
    ABANDON = "abandon"
    CREATE = "create"
    PROVE = "prove"
    PUBLISH = "publish"
    CONFIRM = "confirm"
    RETIRE = "retire"
    EXPIRE = "expire"
    DISABLE = "disable"
    DELETE = "delete"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One effect and its record. `at` in epoch seconds."""

    action: Action
    at: int
    reason: str
    kid: str | None = None
    algorithm: str | None = None
    operations: tuple[str, ...] = ()


def about(
    action: Action, at: int, reason: str, *, kid: str | None = None, algorithm: str | None = None
) -> Step:
    """A step about a key, an algorithm or the whole ring."""
    return Step(action=action, at=at, reason=reason, kid=kid, algorithm=algorithm)


class NotYet(ServiceFailed):
    """The world does not show a step's effect yet; the next run looks again."""


def arn_of(ring: KeyRing, step: Step) -> str | None:
    """The KMS key that the step is about; None for an imported key, of which there is none."""
    key = ring.key(wanted(step.kid))
    return key.key_arn if key else None


def wanted[T](value: T | None) -> T:
    """A step always names what it is about; this only tells the type checker."""
    if value is None:
        raise AssertionError("the step does not name what it is about")
    return value
