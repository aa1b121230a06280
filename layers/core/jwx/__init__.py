"""JSON Web Tokens on AWS: issue and verify without holding a private key.

To verify tokens anywhere, with no AWS in sight:

    from jwx import TrustedIssuer, Verifier

    verifier = Verifier(TrustedIssuer(issuer="https://issuer.example.com", audiences=["api://orders"]))
    claims = verifier.verify(token)  # or VerificationError
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jwx.errors import VerificationError
    from jwx.verification.trusted_issuers import TrustedIssuer
    from jwx.verification.verified_tokens import VerifiedToken
    from jwx.verification.verifier import Verifier

__all__ = ["TrustedIssuer", "VerificationError", "VerifiedToken", "Verifier"]
_HOMES = {
    "TrustedIssuer": "verification.trusted_issuers",
    "VerificationError": "errors",
    "VerifiedToken": "verification.verified_tokens",
    "Verifier": "verification.verifier",
}


def __getattr__(name: str) -> Any:
    # Lazily (PEP 562): the signing side imports this package too, and needs no socket.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
