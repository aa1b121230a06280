"""What a fetch of a document gives: its bytes, or that they did not change, and how long to keep them.

RFC 9111 sections 4.2 and 5.2, as far as a private cache of one document needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jwx.named_tuple import NamedTuple
from jwx.verification.deadline import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Mapping


class FetchFailed(Exception):
    """No usable answer; the text says why and holds nothing that the endpoint sent.

    `status` is that of an answer which was no 200, for whom a plain 404 means something.
    """

    def __init__(self, why: str, *, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class Fetched(NamedTuple):
    """A usable answer."""

    body: bytes | None
    """None when the copy that the caller holds is still right (304)."""
    etag: str | None = None
    fresh_for: float | None = None
    """Seconds, less the time it spent in caches on the way; None when the endpoint does not say."""
    must_revalidate: bool = False


class Fetch(Protocol):
    """Gets a JSON document by URL within `timeout` seconds; FetchFailed for anything but a usable answer."""

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched: ...


def read_caching(headers: Mapping[str, str]) -> tuple[float | None, bool]:
    """How long the answer is fresh, and whether it must not be used any longer than that."""
    directives = _directives(headers.get("cache-control", ""))
    must_revalidate = "must-revalidate" in directives
    if not directives.keys().isdisjoint({"no-store", "no-cache"}):
        return 0.0, must_revalidate
    if "max-age" not in directives:
        return None, must_revalidate
    return max(0.0, _seconds(directives["max-age"]) - _seconds(headers.get("age", "0"))), must_revalidate


def _directives(value: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in value.split(","))
    return {name.strip().lower(): argument.strip(' "') for name, _, argument in parts}


def _seconds(text: str) -> float:
    # RFC 9111 section 4.2.1: what makes no sense counts as stale.
    return float(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0.0
