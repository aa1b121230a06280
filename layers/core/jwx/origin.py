"""Who asked for a verb, as far as the event itself says: kept with each change and with each log line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a request before it is judged."""

    requested_by: str
    """`schedule`, `signer`, `event` (the bus), or `invoke`."""
    verb: str
    issuer: str
    request_id: str
    source: str | None = None
    """Of an event on the bus: the `source` that its sender gave."""

    def to_json(self) -> dict[str, str]:
        """What a change carries of it; the change names its issuer itself."""
        told = {"verb": self.verb, "requested_by": self.requested_by, "request_id": self.request_id}
        return told if self.source is None else told | {"source": self.source}
