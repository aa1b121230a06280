"""The signer's answers to the rotation, without a function invoke."""

from __future__ import annotations

from jwx.errors import JwxError, SigningUnavailable
from jwx.issuing.certificate_request import answer_certificate_request
from jwx.issuing.probe import Signer, answer_probe
from jwx.jose import base64url
from jwx.ports import RingStore
from tests.fakes.calls import Calls


class FakeProber:
    """The port `Prober`: the signer's own code in process, its errors told as an invoke would tell them."""

    def __init__(self, store: RingStore, signer: Signer, calls: Calls | None = None) -> None:
        self._store = store
        self._signer = signer
        self._calls = calls or Calls()

    def probe(self, *, issuer: str, operation: str) -> bytes:
        given = {"issuer": issuer, "operation": operation}
        with self._calls("signer.probe"):
            try:
                answer = answer_probe(given, store=self._store, signer=self._signer)
            except JwxError as error:
                raise SigningUnavailable(f"probe: {type(error).__name__}") from None
            return base64url.decode(answer["signature"])

    def request_certificate(self, *, issuer: str, kid: str, subject: object) -> str:
        given = {"issuer": issuer, "kid": kid, "subject": subject}
        with self._calls("signer.certificate_request"):
            try:
                return answer_certificate_request(given, store=self._store, signer=self._signer)["pem"]
            except JwxError as error:
                raise SigningUnavailable(f"certificate_request: {type(error).__name__}") from None
