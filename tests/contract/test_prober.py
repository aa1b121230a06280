"""What every `Prober` keeps: the fake, and a direct invoke of the signer alike."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from jwx.errors import JwxError, SigningUnavailable
from jwx.issuing.certificate_request import answer_certificate_request
from jwx.issuing.probe import Signer, answer_probe, probe_message
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jwk import load_public_key, public_jwk
from jwx.ports import Prober
from jwx.ring.keyring import Birth, KeyRing
from jwx.ring.policy import RotationPolicy
from jwx_aws.prober import LambdaProber
from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms, fake_keys, fake_signer
from tests.fakes.prober import FakeProber
from tests.fakes.ring_store import FakeRingStore
from tests.fakes.token_service import TokenService

pytestmark = pytest.mark.slow  # the emulator has to start


class InProcess:
    """Lambda that runs the signer's answers itself, and fails as Lambda tells of failures."""

    def __init__(self, store: FakeRingStore, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803  # boto3's name
        try:
            answer = self._answer(json.loads(Payload))
        except JwxError as error:
            failure = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(failure).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def _answer(self, event: dict[str, Any]) -> dict[str, str]:
        (what,) = event
        answers = {"probe": answer_probe, "certificate_request": answer_certificate_request}
        return answers[what](event[what], store=self._store, signer=self._signer)


def by_fake(store: FakeRingStore, signer: Signer) -> Prober:
    return FakeProber(store, signer)


def by_invoke(store: FakeRingStore, signer: Signer) -> Prober:
    functions: Any = InProcess(store, signer)
    return LambdaProber(functions, function_name="jwx-signer", sleep=lambda _: None)


@pytest.fixture(params=[by_fake, by_invoke])
def make(request: pytest.FixtureRequest) -> Callable[[FakeRingStore, Signer], Prober]:
    """Makes the prober."""
    maker: Callable[[FakeRingStore, Signer], Prober] = request.param
    return maker


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "ML-DSA-44"])
def test_a_probe_verifies_with_the_key_of_the_birth(
    make: Callable[[FakeRingStore, Signer], Prober], algorithm: str
) -> None:
    """The signature is in JWS form, over the message that both sides agree on."""
    clock, store, row = FakeClock(), FakeRingStore(), ALGORITHMS[algorithm]
    kms = FakeKms(clock)
    arn = fake_keys(kms, clock).create(issuer="default", algorithm=algorithm, operation="op-1", rsa_bits=2048)
    store.save(ring_with(Birth(operation="op-1", algorithm=algorithm, started_at=1, key_arn=arn)))
    signature = make(store, fake_signer(kms)).probe(issuer="default", operation="op-1")
    key = load_public_key(public_jwk(fake_keys(kms, clock).public_key(arn), algorithm=row), row)
    assert row.verify(key, signature, probe_message("op-1"))


@pytest.mark.parametrize(
    ("issuer", "operation"), [("default", "op-9"), ("default", "op-2"), ("shop", "op-1")]
)
def test_what_cannot_be_proved_is_unavailable(
    make: Callable[[FakeRingStore, Signer], Prober], issuer: str, operation: str
) -> None:
    """An unknown operation, one without a key and an unknown issuer alike."""
    store = FakeRingStore()
    store.save(ring_with(Birth(operation="op-2", algorithm="ES256", started_at=1)))
    with pytest.raises(SigningUnavailable):
        make(store, fake_signer(FakeKms(FakeClock()))).probe(issuer=issuer, operation=operation)


def test_a_certificate_request_is_of_the_key(make: Callable[[FakeRingStore, Signer], Prober]) -> None:
    """By its kid; the answer is PEM, and the signature on it is the key's."""
    service = TokenService()
    ring = service.open("ES256")
    prober = make(service.store, service.signer)
    pem = prober.request_certificate(issuer="default", kid=ring.keys[0].kid, subject={"CN": "issuer"})
    csr = x509.load_pem_x509_csr(pem.encode())
    assert csr.is_signature_valid
    assert csr.subject.rfc4514_string() == "CN=issuer"


@pytest.mark.parametrize(("kid", "subject"), [("nobody", "CN=a"), ("", ""), ("nobody", None)])
def test_what_cannot_be_requested_is_unavailable(
    make: Callable[[FakeRingStore, Signer], Prober], kid: str, subject: object
) -> None:
    """The rotation checked it all before; what the signer still refuses is no caller's fault."""
    service = TokenService()
    service.open("ES256")
    with pytest.raises(SigningUnavailable):
        make(service.store, service.signer).request_certificate(issuer="default", kid=kid, subject=subject)


def ring_with(birth: Birth) -> KeyRing:
    return KeyRing(issuer="default", policy=RotationPolicy(), created_at=1, births=(birth,))
