"""The probe proves a key before it is published, and can never be a token."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.errors import InvalidRequest, KeyRingUnavailable, UnknownIssuer, UnknownKey
from jwx.issuing.probe import probe_message
from jwx.jose import base64url
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key
from jwx.ring import birth_transitions
from tests.fakes.token_service import REQUEST, TokenService

_SIGNING_INPUT = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def _probe(service: TokenService, **fields: Any) -> dict[str, Any]:
    probe = {"issuer": "default", "operation": "op-1"} | fields
    return service.proving().answer({"probe": probe})


@pytest.mark.parametrize("name", ["ES256", "PS256", "Ed25519", "ML-DSA-44"])
def test_the_signature_verifies_with_the_jwk_to_be_published(name: str) -> None:
    """The key is found by its operation, unpublished as it is."""
    service = TokenService()
    ring, operation = service.prove(service.open(), name)
    service.save(ring)
    signature = base64url.decode(_probe(service, operation=operation)["signature"])
    birth, row = ring.birth(operation), algorithm(name)
    assert birth is not None
    assert row.verify(load_public_key(birth.jwk or {}, row), signature, probe_message(operation))


@pytest.mark.parametrize("operation", ["op-1", "", "eyJhbGciOiJFUzI1NiJ9.e30"])
def test_a_probe_is_no_signing_input(operation: str) -> None:
    """RFC 7515 section 5.1: a signing input is made of base64url and a dot, and this is not."""
    assert probe_message(operation)[0] not in _SIGNING_INPUT


def test_two_operations_have_two_messages() -> None:
    """One key's proof is not another's."""
    assert probe_message("a") != probe_message("b")


def test_the_ring_is_read_anew() -> None:
    """A birth of this very moment is in no cache."""
    service = TokenService()
    signing = service.signing()
    service.open()
    signing.answer(REQUEST, seconds_left=lambda: 30)
    ring, operation = service.prove(service.store.rings["default"], "ES256")
    service.save(ring)
    probe = {"probe": {"issuer": "default", "operation": operation}}
    assert service.proving().answer(probe)["signature"]


def test_only_open_births_are_probed() -> None:
    """No published key signs a probe, and none whose KMS key is not known yet."""
    service = TokenService()
    ring = service.open()
    with pytest.raises(UnknownKey, match="'op-0' is no open birth"):
        _probe(service, operation="op-0")
    service.save(
        birth_transitions.begin_birth(ring, operation="op-9", algorithm="ES256", now=service.clock())
    )
    with pytest.raises(UnknownKey):
        _probe(service, operation="op-9")
    assert "kms.Sign" not in service.calls.names


@pytest.mark.parametrize(
    "fields",
    [{"operation": 7}, {"issuer": "A"}, {"key_arn": "arn:aws:kms:eu-central-1:1:key/x"}, {"issuer": None}],
)
def test_a_malformed_probe_is_refused(fields: dict[str, Any]) -> None:
    """A caller cannot name a KMS key."""
    service = TokenService()
    service.open()
    with pytest.raises(InvalidRequest):
        _probe(service, **fields)


def test_no_ring_no_probe() -> None:
    """Neither an unknown issuer's nor a restored one's."""
    service = TokenService()
    with pytest.raises(UnknownIssuer):
        _probe(service)
    ring, operation = service.prove(service.open(), "ES256")
    service.store.restore({"default": ring})
    with pytest.raises(KeyRingUnavailable):
        _probe(service, operation=operation)


def test_a_probe_stands_alone() -> None:
    """One call, one journey."""
    with pytest.raises(InvalidRequest, match="alone"):
        TokenService().proving().answer({"probe": {}, "claims": {}})
