"""What a verification costs beside the bare signature check, its peers, and as a whole authorizer.

    python benchmarks/verify.py

Every figure is the best of many short rounds, and the ratios are taken within one run, so that a busy
or a slow machine changes them little. Microseconds.
"""

from __future__ import annotations

import json
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from jwx import TrustedIssuer, Verifier
from jwx.authorization.settings import authorizer_from
from jwx.jose.jwa import raw_to_der
from jwx.jose.jws import parse_unverified
from tests.fakes.api_events import api_event
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwk, jwks, private_key, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

ROUNDS, LOOPS = 200, 100
GOALS = {"full": 15, "seen before": 5, "authorizer": 30}


def cost(call: Callable[[], object]) -> float:
    """The best of the rounds: everything else is somebody else's work."""
    return min(timeit.repeat(call, number=LOOPS, repeat=ROUNDS)) / LOOPS * 1e6


def bare(name: str, candidate: str) -> Callable[[], object]:
    """The signature check alone, its arguments at hand."""
    parsed, public = parse_unverified(candidate), private_key(name).public_key()
    if name == "RS256":
        scheme, digest = padding.PKCS1v15(), hashes.SHA256()
        return lambda: public.verify(parsed.signature, parsed.signing_input, scheme, digest)
    der, ecdsa = raw_to_der(parsed.signature, 32), ec.ECDSA(hashes.SHA256())
    return lambda: public.verify(der, parsed.signing_input, ecdsa)


def measure(name: str) -> dict[str, float]:
    """One algorithm; `full` and `authorizer` without the memory of verified tokens."""
    now = int(time.time())
    candidate = token(name, iat=now, exp=now + 3600)
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI)
    endpoint = KeyEndpoint({JWKS_URI: jwks(name)})
    forgetful = Verifier(trusted, fetch=endpoint, max_verified_tokens=0)
    remembering = Verifier(trusted, fetch=endpoint)
    issuers = json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}])
    routes = json.dumps({"GET /orders": ["orders:read"], "* /admin/*": ["admin"]})
    environ = {"TRUSTED_ISSUERS": issuers, "ROUTE_SCOPES": routes}
    authorizer = authorizer_from(environ, fetch=endpoint, write=lambda line: None)
    event, key = api_event("rest-request", candidate), private_key(name).public_key()
    return {
        "bare": cost(bare(name, candidate)),
        "full": cost(lambda: forgetful.verify(candidate)),
        "seen before": cost(lambda: remembering.verify(candidate)),
        "authorizer": cost(lambda: authorizer.authorize(event)),
        "PyJWT": cost(lambda: jwt.decode(candidate, key, [name], audience=AUDIENCE, issuer=ISSUER)),
    }


def report(name: str, figures: dict[str, float]) -> None:
    """One line a figure, with what it costs above what it stands on."""
    print(f"{name} ({jwk(name)['kty']})")
    for label, microseconds in figures.items():
        # The authorizer's second request finds its token verified: what is above that is its own.
        below: Any = {"authorizer": figures["seen before"], "seen before": 0.0}.get(label, figures["bare"])
        goal = f"   goal {GOALS[label]}" if label in GOALS else ""
        ratio = microseconds / figures["bare"]
        print(f"  {label:12} {microseconds:8.1f}   x{ratio:5.2f}   above {microseconds - below:6.1f}{goal}")


if __name__ == "__main__":
    for algorithm in ("RS256", "ES256"):
        report(algorithm, measure(algorithm))
