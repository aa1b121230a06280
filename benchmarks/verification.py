"""What a verification costs beside its peers. `python -m benchmarks.verification`, or `make bench`.

Every figure is the best of many short rounds in which all subjects take their turn, so that a busy machine
changes them little: everything above the best is somebody else's work. Microseconds.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import jwt
from aws_lambda_powertools.utilities.auth_alpha.jwt import JWTVerifier
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import import_key
from jwcrypto import jwk as jwcrypto_jwk  # type: ignore[import-untyped]
from jwcrypto import jwt as jwcrypto_jwt

from benchmarks.section import FULL, PAGE, ROOT, SMOKE, Effort, Section, table
from jwx import TrustedIssuer, Verifier
from jwx.authorization.settings import authorizer_from
from jwx.jose.jwa import raw_to_der
from jwx.jose.jws import parse_unverified
from tests.fakes.api_events import api_event
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwk, jwks, private_key, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

WARM: Final = 10
LOOPS: Final = 10
ALGORITHMS: Final = ("RS256", "ES256")
PACKAGES: Final = ROOT / "tests" / "interop" / "node"
BARE, FULL_CHECK, SEEN, HANDLER = (
    "`cryptography` alone",
    "**jwx**",
    "**jwx, token seen before**",
    "**authorizer, event to policy, token seen before**",
)
LIBRARIES: Final = ("pyjwt", "joserfc", "aws-lambda-powertools", "python-jose", "jwcrypto")
NODE_LIBRARIES: Final = ("jose", "aws-jwt-verify", "fast-jwt")

type Calls = Mapping[str, Callable[[], object]]
type Figures = Mapping[str, float]


def best(calls: Calls, rounds: int) -> dict[str, float]:
    """Microseconds a call, all subjects in turn; each warms up first, as what ran before took its place."""
    fastest = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            for _ in range(WARM):
                call()
            started = time.perf_counter_ns()
            for _ in range(LOOPS):
                call()
            fastest[name] = min(fastest[name], (time.perf_counter_ns() - started) / LOOPS / 1000)
    return fastest


def subjects(name: str, candidate: str) -> Calls:
    """Each checks signature, `iss`, `aud` and times with a key that it holds already."""
    return _ours(name, candidate) | _peers(name, candidate)


def _bare(name: str, candidate: str) -> Callable[[], object]:
    """The signature check alone, its arguments at hand."""
    parsed, public = parse_unverified(candidate), private_key(name).public_key()
    if name == "RS256":
        scheme, digest = padding.PKCS1v15(), hashes.SHA256()
        return lambda: public.verify(parsed.signature, parsed.signing_input, scheme, digest)
    der, ecdsa = raw_to_der(parsed.signature, 32), ec.ECDSA(hashes.SHA256())
    return lambda: public.verify(der, parsed.signing_input, ecdsa)


def _ours(name: str, candidate: str) -> dict[str, Callable[[], object]]:
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI)
    endpoint = KeyEndpoint({JWKS_URI: jwks(name)})
    forgetful = Verifier(trusted, fetch=endpoint, max_verified_tokens=0)
    remembering = Verifier(trusted, fetch=endpoint)
    environ = {
        "TRUSTED_ISSUERS": json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}]),
        "ROUTE_SCOPES": json.dumps({"GET /orders": ["orders:read"], "* /admin/*": ["admin"]}),
    }
    authorizer = authorizer_from(environ, fetch=endpoint, write=lambda line: None)
    event = api_event("rest-request", candidate)
    return {
        BARE: _bare(name, candidate),
        FULL_CHECK: lambda: forgetful.verify(candidate),
        SEEN: lambda: remembering.verify(candidate),
        HANDLER: lambda: authorizer.authorize(event),
    }


def _peers(name: str, candidate: str) -> dict[str, Callable[[], object]]:
    from jose import jwt as python_jose  # type: ignore[import-untyped]

    public, key = jwk(name), jwt.PyJWK(jwk(name))
    joserfc_key, jwcrypto_key = import_key(dict(public)), jwcrypto_jwk.JWK(**public)
    registry = joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": AUDIENCE}
    )
    powertools = JWTVerifier(issuer=ISSUER, audience=AUDIENCE, algorithms=[name], jwks={"keys": [public]})
    claims = {"iss": ISSUER, "aud": AUDIENCE}

    def joserfc() -> None:
        registry.validate(joserfc_jwt.decode(candidate, joserfc_key, algorithms=[name]).claims)

    return {
        "PyJWT": lambda: jwt.decode(candidate, key, [name], audience=AUDIENCE, issuer=ISSUER),
        "joserfc": joserfc,
        "Powertools `JWTVerifier` (alpha)": lambda: powertools.verify(candidate),
        "python-jose": lambda: python_jose.decode(
            candidate, public, [name], audience=AUDIENCE, issuer=ISSUER
        ),
        "jwcrypto": lambda: jwcrypto_jwt.JWT(
            jwt=candidate, key=jwcrypto_key, algs=[name], check_claims=claims
        ),
    }


def node(tokens: Mapping[str, str]) -> Mapping[str, Figures] | None:
    """The same for Node.js, in a process of its own; None where it is not installed."""
    if shutil.which("node") is None or not (PACKAGES / "node_modules").is_dir():
        return None
    told = {
        name: {"token": candidate, "jwk": jwk(name), "issuer": ISSUER, "audience": AUDIENCE}
        for name, candidate in tokens.items()
    }
    script = str(ROOT / "benchmarks" / "node_verification.mjs")
    ran = subprocess.run(  # noqa: S603 - our own script
        ["node", script, str(PACKAGES)],  # noqa: S607 - whichever Node.js is on PATH
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, Figures] = json.loads(ran.stdout)
    return measured


def section(effort: Effort) -> Section:
    """Measure all and say it."""
    now = int(time.time())
    tokens = {name: token(name, iat=now, exp=now + 3600) for name in ALGORITHMS}
    rounds = 2 if effort.smoke else 600
    python = {name: best(subjects(name, candidate), rounds) for name, candidate in tokens.items()}
    parts = [
        "Microseconds for one token, best of many interleaved rounds; each library holds its key already and "
        "checks signature, `iss`, `aud` and times. Above: more than the bare signature check takes.",
        f"Python {platform.python_version()}: {_versions()}.",
        _table(python, BARE),
        table(["goal", *(f"{name}, µs" for name in ALGORITHMS), "at most"], _goals(python)),
    ]
    if (others := node(tokens)) is not None:
        parts += [f"Node.js: {_node_versions()}.", _table(others, "node:crypto alone")]
    return Section(name="verification", text="\n\n".join(parts))


def _table(measured: Mapping[str, Figures], bare: str) -> str:
    head = [""] + [cell for name in ALGORITHMS for cell in (name, "above")]
    rows = [
        [subject]
        + [
            cell
            for name in ALGORITHMS
            for cell in (f"{measured[name][subject]:.1f}", _above(measured[name], subject, bare))
        ]
        for subject in measured[ALGORITHMS[0]]
    ]
    return table(head, rows)


def _above(figures: Figures, subject: str, bare: str) -> str:
    above = figures[subject] - figures[bare]
    return "" if subject == bare or above < 0 else f"{above:.1f}"


def _goals(measured: Mapping[str, Figures]) -> list[list[str]]:
    goals: list[tuple[str, int, Callable[[Figures], float]]] = [
        ("above the bare check", 15, lambda f: f[FULL_CHECK] - f[BARE]),
        ("token seen before", 5, lambda f: f[SEEN]),
        ("handler, above that", 30, lambda f: f[HANDLER] - f[SEEN]),
    ]
    return [
        [label, *(f"{reckon(measured[name]):.1f}" for name in ALGORITHMS), str(most)]
        for label, most, reckon in goals
    ]


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("cryptography", *LIBRARIES))


def _node_versions() -> str:
    def installed(name: str) -> Any:
        return json.loads((PACKAGES / "node_modules" / name / "package.json").read_text())["version"]

    return ", ".join(f"{name} {installed(name)}" for name in NODE_LIBRARIES)


if __name__ == "__main__":
    measured = section(SMOKE if "--smoke" in sys.argv else FULL)
    print(measured.text)
    if "--smoke" not in sys.argv:
        measured.write()
        print(f"\nwritten to {PAGE.relative_to(ROOT)}")
