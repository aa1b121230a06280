"""The prover's journey: proofs of new keys and certificate requests, for the rotation and nobody else.

A function of its own, which the rotation may invoke in place of the signer: whoever takes over the rotation
can have keys proved, and gets no token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwx.errors import InvalidRequest
from jwx.issuing.probe import Signer, answer_probe

if TYPE_CHECKING:
    from jwx.ports import RingStore


class Proving:
    """Answers all events of the prover function. The key is found in the ring, never named by the caller."""

    def __init__(self, *, store: RingStore, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    def answer(self, event: object) -> dict[str, Any]:
        """The signature of a probe, or the PEM of a certificate request; InvalidRequest for all else."""
        match event:
            case {"probe": probe, **rest} if not rest:
                return dict(answer_probe(probe, store=self._store, signer=self._signer))
            case {"certificate_request": request, **rest} if not rest:
                # Loads X.509, which probes, far more frequent, can do without.
                from jwx.issuing.certificate_request import answer_certificate_request

                return dict(answer_certificate_request(request, store=self._store, signer=self._signer))
            case _:
                raise InvalidRequest("request: either a probe or a certificate_request is needed, alone")
