"""`algorithms` is the allow-list: exactly what it names may sign, and left out it names the whole table."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.jose.jwa import ALGORITHMS
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwk, token


def judged(candidate: str, keys: list[dict[str, Any]], **changes: Any) -> str:
    """`accepted`, or why not."""
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": keys}, **changes)
    try:
        assert Verifier(trusted, clock=FakeClock(NOW)).verify(candidate) == claims()
    except VerificationError as error:
        return error.reason
    return "accepted"


@pytest.mark.parametrize("named", ALGORITHMS)
def test_an_algorithm_that_is_named_is_the_only_one(named: str) -> None:
    """Whatever else the table knows and the issuer has keys for."""
    keys = [jwk(name) for name in ALGORITHMS]
    for name in ALGORITHMS:
        expected = "accepted" if name == named else "algorithm_not_allowed"
        assert judged(token(name), keys, algorithms=[named]) == expected


@pytest.mark.parametrize("name", ALGORITHMS)
def test_left_out_it_is_the_whole_table(name: str) -> None:
    """Each of these is asymmetric; a key and an algorithm must still agree."""
    assert judged(token(name), [jwk(name) for name in ALGORITHMS]) == "accepted"


@pytest.mark.parametrize(
    ("allowed", "key_alg", "token_alg", "expected"),
    [
        ("Ed25519", "Ed25519", "Ed25519", "accepted"),
        ("EdDSA", "EdDSA", "EdDSA", "accepted"),
        ("Ed25519", None, "Ed25519", "accepted"),
        ("EdDSA", None, "EdDSA", "accepted"),
        ("Ed25519", None, "EdDSA", "algorithm_not_allowed"),
        ("EdDSA", None, "Ed25519", "algorithm_not_allowed"),
        ("EdDSA", "Ed25519", "EdDSA", "key_mismatch"),
        ("Ed25519", "EdDSA", "Ed25519", "key_mismatch"),
    ],
)
def test_ed25519_and_its_older_name_are_two_entries(
    allowed: str, key_alg: str | None, token_alg: str, expected: str
) -> None:
    """RFC 9864: same curve, same signature, another name; the list, the key and the token must all say it."""
    key = {member: value for member, value in (jwk("Ed25519") | {"alg": key_alg}).items() if value}
    candidate = token("Ed25519", header={"alg": token_alg})
    assert judged(candidate, [key], algorithms=[allowed]) == expected


OLDER_LIBRARY = (
    "import sys, json\n"
    "sys.modules['cryptography.hazmat.primitives.asymmetric.mldsa'] = None  # as in a release that lacks it\n"
    "from jwx import TrustedIssuer, VerificationError, Verifier\n"
    "from jwx.errors import ConfigurationError\n"
    "from jwx.verification.fetched import Fetched\n"
    "told = json.load(sys.stdin)\n"
    "def fetch(url, *, etag=None, timeout=3): return Fetched(told['jwks'].encode())\n"
    "try: Verifier(TrustedIssuer(**told['trusted']), fetch=fetch, clock=lambda: told['now'])"
    ".verify(told['token']); print('accepted')\n"
    "except (VerificationError, ConfigurationError) as error: print(error)\n"
)


def with_older_library(candidate: str, **changes: Any) -> str:
    trusted = {"issuer": ISSUER, "audiences": [AUDIENCE]} | {"jwks_uri": f"{ISSUER}/jwks"} | changes
    keys = json.dumps({"keys": [jwk("ES256"), jwk("ML-DSA-44")]})
    told = {"trusted": trusted, "token": candidate, "jwks": keys, "now": NOW}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", OLDER_LIBRARY],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_what_the_library_lacks_stops_the_start_when_it_was_named() -> None:
    """Whoever names ML-DSA counts on it; a verifier without it would refuse every token of that issuer."""
    message = with_older_library(token(), algorithms=["ES256", "ML-DSA-44"])
    assert message == (
        "algorithms: got ['ML-DSA-44']; allowed is what the installed cryptography library can verify"
    )


def test_what_the_library_lacks_is_a_key_less_when_nobody_named_it() -> None:
    """The issuer's other keys serve."""
    assert with_older_library(token("ES256")) == "accepted"
    assert with_older_library(token("ML-DSA-44")) == "unknown_key"
