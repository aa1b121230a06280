"""The peers of a verification: libraries for Python, and for Node.js in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import jwt
from aws_lambda_powertools.utilities.auth_alpha.jwt import JWTVerifier
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import import_key
from jwcrypto import jwk as jwcrypto_jwk  # type: ignore[import-untyped]
from jwcrypto import jwt as jwcrypto_jwt

from benchmarks.progress import say
from benchmarks.section import ROOT
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwk

PACKAGES: Final = ROOT / "tests" / "interop" / "node"
LIBRARIES: Final = ("pyjwt", "joserfc", "aws-lambda-powertools", "python-jose", "jwcrypto")
NODE_LIBRARIES: Final = ("jose", "aws-jwt-verify", "fast-jwt")

type Figures = Mapping[str, float]


def python_peers(name: str, candidate: str) -> dict[str, Callable[[], object]]:
    """Each checks signature, `iss`, `aud` and times with a key that it holds already."""
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


def node_peers(tokens: Mapping[str, str]) -> Mapping[str, Figures] | None:
    """The same for Node.js, in a process of its own; None where it is not installed."""
    if shutil.which("node") is None or not (PACKAGES / "node_modules").is_dir():
        return None
    told = {
        name: {"token": candidate, "jwk": jwk(name), "issuer": ISSUER, "audience": AUDIENCE}
        for name, candidate in tokens.items()
    }
    say("verification, Node.js")
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


def versions() -> str:
    """Of the libraries for Python."""
    return ", ".join(f"{name} {version(name)}" for name in ("cryptography", *LIBRARIES))


def node_versions() -> str:
    """Of those for Node.js."""

    def installed(name: str) -> Any:
        return json.loads((PACKAGES / "node_modules" / name / "package.json").read_text())["version"]

    return ", ".join(f"{name} {installed(name)}" for name in NODE_LIBRARIES)
