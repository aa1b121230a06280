"""What an event tells of who sent it.

Lambda does not tell a function who invoked it. `request_id` is the invoke's own, by which CloudTrail's record
of the call is found, and with it the caller. Nothing here holds an ARN or an account id, and all is short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from jwx.errors import JwxError
from jwx.issuer_names import DEFAULT, check_name
from jwx.origin import Origin
from jwx.verbs.rotation_event import REVOCATION_REQUESTED, SCHEDULED, SUMMONED, verb_of
from jwx.verbs.verb_requests import ALL_ISSUERS, FIELDS

_ASKERS: Final = {SCHEDULED: "schedule", SUMMONED: "signer", REVOCATION_REQUESTED: "event"}
_PLAIN: Final = re.compile(r"(?!.*\d{12})[A-Za-z0-9._-]{1,64}", re.ASCII)
"""A source is chosen by who sends the event: no ARN fits in, and no account id."""


def origin_of(event: object, *, request_id: str) -> Origin:
    """Never raises: what cannot be understood is `unknown`."""
    envelope: Mapping[Any, Any] = event if isinstance(event, Mapping) else {}
    request = _request(event)
    kind, source, verb = envelope.get("detail-type"), envelope.get("source"), request.get("action")
    asker = _ASKERS.get(kind, "invoke") if isinstance(kind, str) else "invoke"
    plain = asker == "event" and isinstance(source, str) and _PLAIN.fullmatch(source)
    return Origin(
        requested_by=asker,
        verb=verb if isinstance(verb, str) and verb in FIELDS else "unknown",
        issuer=_issuer(request.get("issuer", DEFAULT)),
        request_id=request_id,
        source=str(source) if plain else None,
    )


def _request(event: object) -> Mapping[Any, Any]:
    try:
        request = verb_of(event)
    except JwxError:
        return {}
    return request if isinstance(request, Mapping) else {}


def _issuer(given: object) -> str:
    if given == ALL_ISSUERS:
        return ALL_ISSUERS
    try:
        return check_name(given)
    except JwxError:
        return "unknown"
