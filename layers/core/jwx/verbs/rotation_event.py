"""What an event asks of the rotation: the schedule, the event bus, or a caller who names a verb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jwx.errors import InvalidRequest
from jwx.issuer_names import check_name, shown
from jwx.verbs.verb_requests import ALL_ISSUERS

REVOCATION_REQUESTED: Final = "Signing Key Revocation Requested"
SCHEDULED: Final = "Scheduled Event"
SUMMONED: Final = "Rotation Summoned"
"""By the signer, whose key KMS refused."""
SUMMONS: Final = "reconcile"
"""The alias of the rotation function that the signer may invoke; by it nothing but a run for one issuer."""
_DETAIL_FIELDS: Final = frozenset({"issuer", "kid", "reason"})


def heard(event: object, *, qualifier: str) -> object:
    """What `event` may ask for, given the alias it came by: by `SUMMONS`, whatever it says, it is a summons.

    Lambda's permissions tell functions and aliases apart and no requests, so that the alias is what keeps a
    signer that was taken over from rotating or revoking.
    """
    if qualifier != SUMMONS:
        return event
    return {"detail-type": SUMMONED, "issuer": event.get("issuer") if isinstance(event, Mapping) else None}


def verb_of(event: object) -> object:
    """The request that `event` stands for. Raises InvalidRequest.

    The bus is open to security automation, so that it can revoke and do nothing else: no verb is read from
    its events, and neither is `force`.
    """
    if not isinstance(event, Mapping) or "detail-type" not in event:
        return event
    kind = event["detail-type"]
    if kind == SCHEDULED:
        return {"action": "reconcile", "issuer": ALL_ISSUERS}
    if kind == SUMMONED:
        return {"action": "reconcile", "issuer": check_name(event.get("issuer"))}
    if kind != REVOCATION_REQUESTED:
        raise InvalidRequest(
            f"detail-type: {shown(kind)} is neither {SCHEDULED!r} nor {REVOCATION_REQUESTED!r}"
        )
    return _revocation(event.get("detail"))


def _revocation(detail: object) -> dict[str, Any]:
    if not isinstance(detail, Mapping):
        raise InvalidRequest(f"detail: an object is needed, {shown(detail)} was given")
    for name in detail:
        if name not in _DETAIL_FIELDS:
            allowed = ", ".join(sorted(_DETAIL_FIELDS))
            raise InvalidRequest(f"detail: a revocation by event takes no {shown(name)}, but {allowed}")
    return {"action": "revoke", **detail}
