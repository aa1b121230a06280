"""PyJWT builds the compact form; what it is given is all that is in it."""

from __future__ import annotations

import pytest
from jwt.algorithms import get_default_algorithms
from jwt.api_jws import _jws_global_obj

from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jws import parse_unverified
from jwx_aws.pyjwt_encoder import PyJwtEncoder, RemoteAlgorithm


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_signature_is_over_what_stands_in_the_token(name: str) -> None:
    """RFC 7515 section 5.1: header and payload as they are, and the signer sees exactly these bytes."""
    signed: list[bytes] = []

    def sign(signing_input: bytes) -> bytes:
        signed.append(signing_input)
        return b"signature"

    header = {"alg": name, "kid": "k", "typ": "at+jwt"}
    parsed = parse_unverified(PyJwtEncoder()(header, b'{"a":1}', sign))
    assert parsed == (header, b'{"a":1}', signed[0], b"signature")
    assert len(signed) == 1


def test_an_algorithm_outside_the_table_is_not_built() -> None:
    """PyJWT's own HS256 and none are not there to fall back to."""
    for name in ("HS256", "none"):
        with pytest.raises(NotImplementedError):
            PyJwtEncoder()({"alg": name}, b"{}", bytes)


def test_the_global_algorithms_of_pyjwt_stay_as_they_are() -> None:
    """Whoever verifies with PyJWT in the same process does not get an algorithm that cannot verify."""
    PyJwtEncoder()
    known = _jws_global_obj._algorithms
    assert set(known) == set(get_default_algorithms())
    assert not any(isinstance(one, RemoteAlgorithm) for one in known.values())


def test_it_only_signs() -> None:
    """Verification is the verifier's."""
    algorithm = RemoteAlgorithm()
    with pytest.raises(NotImplementedError):
        algorithm.verify(b"", None, b"")
    with pytest.raises(NotImplementedError):
        algorithm.to_jwk(None)
    with pytest.raises(NotImplementedError):
        algorithm.from_jwk({})
