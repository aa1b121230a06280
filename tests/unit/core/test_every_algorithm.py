"""Each algorithm from a key's birth in KMS to a verifier that knows nothing but the published JWK Set."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from jwx.errors import InvalidPolicy, UnsupportedAlgorithm
from jwx.issuing.token_request import TokenRequest
from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jws import parse_unverified
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring.policy import RotationPolicy
from jwx.verbs.rotating import Rotating
from jwx.verification.trusted_issuers import TrustedIssuer
from jwx.verification.verifier import Verifier
from tests.fakes.journal import FakeJournal
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.run_record import FakeRunRecord
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService

# Every algorithm with the default size of keys, and RSA with the larger ones.
SIZED = [
    *((name, 2048) for name in ALGORITHMS),
    pytest.param("RS256", 3072, marks=pytest.mark.slow),  # such keys take long to make
    pytest.param("PS512", 3072, marks=pytest.mark.slow),
    pytest.param("PS256", 4096, marks=pytest.mark.slow),
]
AUDIENCE = "api://orders"


class Product:
    """Rotation, signer and publishing endpoint on one fake KMS, which KMS's documented rules hold."""

    def __init__(self, name: str, rsa_bits: int) -> None:
        self.service = TokenService()
        operations = itertools.count()
        self.rotating = Rotating(
            store=self.service.store,
            keys=self.service.keys,
            prober=FakeProber(self.service.store, self.service.signer),
            publication=FakePublication(self.service.store, self.service.clock),
            journal=FakeJournal(),
            record=FakeRunRecord(),
            default_policy=RotationPolicy.parse({"algorithms": [name], "rsa_bits": rsa_bits}),
            clock=self.service.clock,
            sleep=self.service.clock.sleep,
            new_operation=lambda: f"op-{next(operations)}",
        )

    def do(self, action: str) -> dict[str, Any]:
        return self.rotating.answer({"action": action}, remaining=lambda: 250)

    def mint(self, **claims: Any) -> str:
        request = TokenRequest.parse({"claims": REQUEST["claims"] | claims})
        return self.service.issuer().issue(request).token

    def published(self, document: str) -> dict[str, Any]:
        clock = self.service.clock
        endpoint = WellKnown(self.service.store, clock, base_url=BASE_URL, jwk_set_type="application/json")
        answer = endpoint.answer(Request("GET", f"/.well-known/{document}"))
        found: dict[str, Any] = json.loads(answer["body"])
        return found

    def verifier(self, name: str) -> Verifier:
        trusted = TrustedIssuer(
            issuer=BASE_URL, audiences=[AUDIENCE], algorithms=[name], jwks=self.published("jwks.json")
        )
        return Verifier(trusted, clock=lambda: float(self.service.clock()))


@pytest.mark.parametrize(("name", "rsa_bits"), SIZED, ids=lambda value: str(value))
def test_a_token_of_a_key_that_kms_made_verifies(name: str, rsa_bits: int) -> None:
    """Born, proved by the signer, published, active; then one call of KMS is one token."""
    product = Product(name, rsa_bits)
    product.do("reconcile")
    product.service.calls.names.clear()
    token = product.mint()
    assert product.verifier(name).verify(token)["sub"] == REQUEST["claims"]["sub"]
    assert product.service.calls.names.count("kms.Sign") == 1
    jwk = next(key for key in product.published("jwks.json")["keys"] if key["kid"] == _header(token)["kid"])
    assert (jwk["alg"], jwk["use"]) == (name, "sig")
    if ALGORITHMS[name].kty == "RSA":
        assert len(parse_unverified(token).signature) * 8 == rsa_bits


def _header(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(base64url.decode(token.split(".")[0]))
    return header


@pytest.mark.parametrize("name", ["Ed25519", "EdDSA"])
def test_the_name_of_ed25519_is_the_issuers_choice(name: str) -> None:
    """RFC 9864's or RFC 8037's, in the token's header, in the JWK and in discovery alike."""
    product = Product(name, 2048)
    product.do("reconcile")
    assert _header(product.mint())["alg"] == name
    assert {key["alg"] for key in product.published("jwks.json")["keys"]} == {name}
    metadata = product.published("openid-configuration")
    assert metadata["id_token_signing_alg_values_supported"] == [name]


@pytest.mark.parametrize("name", ["ML-DSA-44", "ML-DSA-87"])
def test_a_post_quantum_key_rotates_like_any_other(name: str) -> None:
    """Old and new tokens verify against the set as it is after the rotation; size never matters."""
    product = Product(name, 2048)
    product.do("reconcile")
    before = product.mint(note="x" * 5000)
    product.do("rotate")
    after = product.mint()
    verifier = product.verifier(name)
    assert _header(before)["kid"] != _header(after)["kid"]
    assert verifier.verify(before)["note"] == "x" * 5000
    assert verifier.verify(after)


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512", "none", "ES256K", "RS1", "ML-DSA-128"])
def test_what_is_not_in_the_table_is_no_issuers_algorithm(name: str) -> None:
    """A shared secret cannot be published; neither policy nor request can ask for one."""
    with pytest.raises(InvalidPolicy, match=f"'{name}' is not one of"):
        RotationPolicy.parse({"algorithms": [name]})
    product = Product("ES256", 2048)
    product.do("reconcile")
    with pytest.raises(UnsupportedAlgorithm):
        product.service.issuer().issue(TokenRequest.parse(REQUEST | {"algorithm": name}))
