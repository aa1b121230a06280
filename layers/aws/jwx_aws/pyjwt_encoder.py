"""PyJWT builds the token; the signature comes from whoever holds the key.

The algorithms are registered on a `PyJWS` of our own: PyJWT's global one, which a process may also verify
with, learns nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from jwt.algorithms import Algorithm
from jwt.api_jws import PyJWS

from jwx.issuing.issuer import Sign
from jwx.jose.jwa import ALGORITHMS


class RemoteAlgorithm(Algorithm):
    """A PyJWT algorithm whose "key" is the function that signs: there is no private key to hold."""

    def prepare_key(self, key: Sign) -> Sign:
        """Nothing to parse."""
        return key

    def sign(self, msg: bytes, key: Sign) -> bytes:
        """The signature over the signing input."""
        return key(msg)

    def verify(self, msg: bytes, key: Any, sig: bytes) -> NoReturn:
        """Verification is `jwx.verification.verifier`'s, never this object's."""
        raise NotImplementedError("this algorithm only signs")

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> NoReturn:
        """There is no key object."""
        raise NotImplementedError("this algorithm holds no key")

    @staticmethod
    def from_jwk(jwk: Any) -> NoReturn:
        """There is no key object."""
        raise NotImplementedError("this algorithm holds no key")


class PyJwtEncoder:
    """The port `jwx.issuing.issuer.Encode`."""

    def __init__(self) -> None:
        self._jws = PyJWS(algorithms=[])
        for name in ALGORITHMS:
            self._jws.register_algorithm(name, RemoteAlgorithm())

    def __call__(self, header: Mapping[str, str], payload: bytes, sign: Sign) -> str:
        """The compact form (RFC 7515 section 7.1); `header` is the whole of the token's header."""
        return self._jws.encode(payload, sign, algorithm=header["alg"], headers=dict(header))  # type: ignore[arg-type]  # a key to PyJWT
