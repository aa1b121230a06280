"""Each decision as one line: a structured log entry and a CloudWatch metric at once (EMF).

Written by hand: a logging library would cost more of the cold start than all the rest. Dimensions are
the service (a name for each stack), the outcome, its reason and the issuer *as configured*: nothing that
a token says becomes a metric, or whoever sends tokens could run up the bill. The token itself is never
written.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_DIMENSIONS: Final = [["service", "outcome"], ["service", "outcome", "reason", "issuer"]]
_METRICS: Final = [{"Name": "Authorizations", "Unit": "Count"}]
_CACHES: Final = [{"Name": "KeySetFetches", "Unit": "Count"}, {"Name": "TokensRemembered", "Unit": "Count"}]
_MAX_TEXT: Final = 128
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class Outcome(NamedTuple):
    """What was decided, and why."""

    outcome: str
    """`allowed`, `denied` (403), `unauthorized` (401), `unavailable` or `unreadable` (500)."""
    reason: str
    issuer: str | None
    kid: str | None
    shape: str
    request_id: str
    fetches: int
    """How often an issuer's endpoint was asked; 0 is what the key set cache is for."""
    is_remembered: bool


def write_line(text: str) -> None:
    """To standard output, which Lambda sends to CloudWatch Logs."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class OutcomeLog(NamedTuple):
    """Writes the line."""

    namespace: str
    service: str
    write: Callable[[str], None] = write_line

    def record(self, outcome: Outcome, now: float) -> None:
        """One line for one decision."""
        entry = {
            "level": "ERROR" if outcome.outcome in ("unavailable", "unreadable") else "INFO",
            "message": "authorization",
            "service": self.service,
            "outcome": outcome.outcome,
            "reason": outcome.reason,
            "issuer": outcome.issuer or "none",
            # The sender chose it: cut, and escaped by JSON, so that it can forge no line.
            "kid": (outcome.kid or "")[:_MAX_TEXT],
            "event": outcome.shape,
            "request_id": outcome.request_id,
            "Authorizations": 1,
            "KeySetFetches": outcome.fetches,
            "TokensRemembered": int(outcome.is_remembered),
        }
        told, metrics = _encode(entry)[:-1], _metrics(self.namespace)
        self.write(f'{told},"_aws":{{"Timestamp":{int(now * 1000)},"CloudWatchMetrics":{metrics}}}}}')


@cache
def _metrics(namespace: str) -> str:
    """The same in every line, so encoded once: this is half of it."""
    decisions: dict[str, Any] = {"Namespace": namespace, "Dimensions": _DIMENSIONS, "Metrics": _METRICS}
    caches = {"Namespace": namespace, "Dimensions": [["service"]], "Metrics": _CACHES}
    return _encode([decisions, caches])
