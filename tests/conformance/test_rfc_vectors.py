"""The examples of the RFCs, value for value; each vector names its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jwx.jose import base64url
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key, thumbprint
from jwx.jose.jwk_set import jwk_set
from jwx.jose.jws import compact, parse_unverified

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


def by_source(vector: dict[str, Any]) -> str:
    return f"{vector['source']} {vector['jwk'].get('alg', '')}"


@pytest.mark.parametrize("vector", VECTORS["jws"], ids=by_source)
def test_the_example_verifies(vector: dict[str, Any]) -> None:
    """With the example's key, found in a set by the example's own header."""
    row, token = algorithm(vector["alg"]), parse_unverified(vector["compact"])
    keys = jwk_set([vector["jwk"]])
    key = keys.select(token.header.get("kid"), row)
    assert token.header["alg"] == row.name
    assert key is not None
    assert row.verify(key.public_key, token.signature, token.signing_input)
    assert compact(token.signing_input, token.signature) == vector["compact"]


@pytest.mark.parametrize("vector", VECTORS["jws"], ids=by_source)
def test_the_example_with_one_bit_changed_does_not(vector: dict[str, Any]) -> None:
    """In the payload or in the signature."""
    row, token = algorithm(vector["alg"]), parse_unverified(vector["compact"])
    key = load_public_key(vector["jwk"], row)
    changed = bytearray(token.signing_input)
    changed[-1] ^= 1
    assert not row.verify(key, token.signature, bytes(changed))
    signature = bytearray(token.signature)
    signature[len(signature) // 2] ^= 1
    assert not row.verify(key, bytes(signature), token.signing_input)


@pytest.mark.parametrize("vector", VECTORS["thumbprints"], ids=by_source)
def test_the_thumbprint_is_the_examples(vector: dict[str, Any]) -> None:
    """Whatever other members the JWK has, and in whatever order."""
    assert thumbprint(vector["jwk"]) == vector["thumbprint"]
    assert thumbprint(dict(reversed(vector["jwk"].items()))) == vector["thumbprint"]


def test_base64url_is_the_one_of_rfc_7515() -> None:
    """Appendix C."""
    assert base64url.encode(bytes([3, 236, 255, 224, 193])) == "A-z_4ME"
    assert base64url.decode("A-z_4ME") == bytes([3, 236, 255, 224, 193])


@pytest.mark.parametrize(
    "unsecured",
    [
        # RFC 7515 appendix A.5 and RFC 7519 section 6.1: the same example of an unsecured JWT.
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    ],
)
def test_the_unsecured_example_is_of_no_algorithm_of_ours(unsecured: str) -> None:
    """It can be taken apart, and its algorithm is in no table."""
    from jwx.jose.jwa import ALGORITHMS

    assert parse_unverified(unsecured).header["alg"] not in ALGORITHMS
