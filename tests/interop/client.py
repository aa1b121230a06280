"""What every client of the matrix does: verify a token, or refuse it."""

from __future__ import annotations

from typing import Protocol


class Refused(Exception):
    """The client did not take the token; the text says why, as far as it says so."""


class Client(Protocol):
    """A client with its caches, as long-lived as the service that it is part of."""

    def verify(self, token: str, algorithm: str) -> str:
        """The token's subject; Refused for a token that the client does not take."""

    def close(self) -> None:
        """End what it started."""
