"""The other direction: tokens made by other libraries, taken by the product's verifier."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

import joserfc.jwt
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from jwx import TrustedIssuer, VerificationError, Verifier
from tests.interop.matrix import tampered
from tests.interop.node_clients import NODE, require_node

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")]
ISSUER, AUDIENCE = "https://issuer.example.com", "api://orders"
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
_JOSERFC_KEYS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "ES384": lambda: ECKey.generate_key("P-384"),
    "ES512": lambda: ECKey.generate_key("P-521"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
    "Ed25519": lambda: OKPKey.generate_key("Ed25519"),
}


def by_jose() -> tuple[dict[str, Any], dict[str, str]]:
    """Keys and tokens by `jose`, in Node.js."""
    require_node()
    wanted = json.dumps({"algorithms": ALGORITHMS, "issuer": ISSUER, "audience": AUDIENCE})
    made = subprocess.run(  # noqa: S603
        ["node", "sign-with-jose.mjs", wanted],  # noqa: S607
        cwd=NODE,
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(made.stdout)
    return {"keys": answer["keys"]}, answer["tokens"]


def by_joserfc() -> tuple[dict[str, Any], dict[str, str]]:
    """Keys and tokens by joserfc."""
    keys, tokens, now = [], {}, int(time.time())
    rsa = RSAKey.generate_key(2048)
    claims = {"iss": ISSUER, "aud": [AUDIENCE], "sub": "svc-1", "iat": now, "exp": now + 300}
    for name in ALGORITHMS:
        key = _JOSERFC_KEYS.get(name, lambda: rsa)()
        keys.append(key.as_dict(private=False) | {"alg": name, "use": "sig", "kid": name})
        header = {"alg": name, "kid": name, "typ": "at+jwt"}
        tokens[name] = joserfc.jwt.encode(header, claims, key, algorithms=[name])
    return {"keys": keys}, tokens


@pytest.mark.parametrize("make", [by_jose, by_joserfc])
def test_tokens_of_other_libraries_are_taken_and_tampered_ones_refused(
    make: Callable[[], tuple[dict[str, Any], dict[str, str]]],
) -> None:
    """Keys as they write them, tokens as they sign them, in each algorithm that both know."""
    key_set, tokens = make()
    verifier = Verifier(TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks=key_set))
    assert tokens.keys() == set(ALGORITHMS)
    for name, token in tokens.items():
        assert verifier.verify(token)["sub"] == "svc-1", name
        for bad in tampered(token, tokens["ES256" if name != "ES256" else "RS256"]):
            with pytest.raises(VerificationError):
                verifier.verify(bad)
