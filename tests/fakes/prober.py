"""The signer's answer to a probe, without a function invoke."""

from __future__ import annotations

from jwx.errors import SigningUnavailable
from jwx.ports import RingStore
from jwx.probe import probe_message
from jwx_aws.kms_signer import KmsSigner
from tests.fakes.calls import Calls


class FakeProber:
    """The port `Prober`: like the signer, it finds the key in the ring by its operation id."""

    def __init__(self, store: RingStore, signer: KmsSigner, calls: Calls | None = None) -> None:
        self._store = store
        self._signer = signer
        self._calls = calls or Calls()

    def probe(self, *, issuer: str, operation: str) -> bytes:
        with self._calls("signer.probe"):
            ring = self._store.load(issuer)
            birth = ring.birth(operation) if ring else None
            if birth is None or birth.key_arn is None:
                raise SigningUnavailable(f"probe: issuer {issuer!r} has no key of operation {operation!r}")
            return self._signer.sign(birth.key_arn, birth.algorithm, probe_message(operation))
