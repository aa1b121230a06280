"""An issuer with a well-known URL, as the interop tests use it: in the embedded AWS, or on fakes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

AUDIENCE = "api://orders"
CLAIMS = {"sub": "svc-1", "aud": AUDIENCE, "scope": "orders:read", "client_id": "svc-1"}

# Issuers by name. One key that a client does not know may spoil a set for it, hence issuers of their own for
# the newer algorithms, and one where they stand beside the others.
ALGORITHMS: dict[str, tuple[str, ...]] = {
    "interop": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"),
    "ed25519": ("Ed25519",),
    "post-quantum": ("ML-DSA-44", "ML-DSA-65", "ML-DSA-87"),
    "mixed": ("RS256", "Ed25519", "ML-DSA-44"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """All that a client is told of an issuer."""

    issuer: str
    audience: str
    jwks_uri: str
    secure_jwks_uri: str
    """The same set over TLS, for clients that insist on it; `authority` vouches for the certificate."""
    authority: Path


class Publisher(Protocol):
    """Makes tokens, and rotates keys behind the clients' backs."""

    def publish(self, name: str) -> Published:
        """The issuer of that name, with the keys of its algorithms."""

    def sign(self, name: str, algorithm: str, **claims: Any) -> str:
        """A good token."""

    def rotate(self, name: str, algorithm: str) -> None:
        """From now on the standby signs."""

    def fetches(self, name: str) -> int | None:
        """How often the set was asked for; None where nobody counts."""
