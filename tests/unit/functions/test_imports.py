"""What each function loads before its first request, in a process of its own.

A module that appears here anew is paid for at every cold start: `python -X importtime` shows what it costs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each is a process or two

ROOT = Path(__file__).parents[3]
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "COPY_BUCKET": "copy",
    "DEFAULT_POLICY": "{}",
    "DISTRIBUTION_ID": "E123",
    "EVENT_BUS": "jwx",
    "ISSUER_URL": "https://issuer.example.com",
    "KEY_RING_TABLE": "rings",
    "POWERTOOLS_SERVICE_NAME": "jwx",
    "ROTATION_FUNCTION": "jwx-rotation",
    "PROVER_FUNCTION": "jwx-prover",
    "STACK_NAME": "jwx",
    "TRUSTED_ISSUERS": '[{"issuer": "https://issuer.example.com", "audiences": ["api://orders"]}]',
}

# Distributions, and the parts of the standard library that take their time.
HEAVY = {
    "aws_lambda_powertools",
    "asyncio",
    "boto3",
    "botocore",
    "cryptography",
    "dataclasses",
    "email",
    "http",
    "inspect",
    "jmespath",
    "jwt",
    "jwx",
    "jwx_aws",
    "logging",
    "multiprocessing",
    "pathlib",
    "s3transfer",
    "ssl",
    "typing_extensions",
    "urllib3",
    "xml",
}
SDK = {"botocore", "dataclasses", "email", "http", "inspect", "jmespath", "logging", "pathlib", "ssl"} | {
    "urllib3",
    "xml",
}
POWERTOOLS = {"aws_lambda_powertools", "typing_extensions"}
EXPECTED: dict[str, set[str]] = {
    "authorizer": {"email", "http", "jwx", "ssl"},
    "jwks": SDK | {"jwx", "jwx_aws"},
    "prover": SDK | {"jwx", "jwx_aws"},
    "rotation": SDK | POWERTOOLS | {"jwx", "jwx_aws"},
    "signer": SDK | POWERTOOLS | {"cryptography", "jwt", "jwx", "jwx_aws"},
    "whoami": set(),
}

# Rooms of the core that a function has no business in.
CLOSED: dict[str, set[str]] = {
    "authorizer": {"issuing", "lifecycle", "publishing", "verbs"},
    "jwks": {"authorization", "issuing", "verbs", "verification"},
    "prover": {"authorization", "publishing", "verbs", "verification"},
    "rotation": {"authorization"},
    "signer": {"authorization", "publishing", "verbs", "verification"},
    "whoami": set(),
}
READY = "import app; getattr(app, 'from_env', dict)()"


def imported(function: str) -> set[str]:
    """All modules of a function that is ready, as `-X importtime` tells them."""
    ran = run(function, "-X", "importtime", "-c", READY)
    lines = (re.fullmatch(r"import time: +\d+ \| +\d+ \| +(\S+)", line) for line in ran.stderr.splitlines())
    return {match[1] for match in lines if match}


def run(function: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python as Lambda starts it for a function, with its settings."""
    path = [ROOT / "functions" / function, ROOT / "layers" / "core", ROOT / "layers" / "aws"]
    paths = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, "-s", *arguments]
    return subprocess.run(  # noqa: S603 - our own functions
        command, env={**paths, **SETTINGS, **environment}, capture_output=True, text=True, check=True
    )


@pytest.fixture(scope="module", params=EXPECTED)
def loaded(request: pytest.FixtureRequest) -> tuple[str, set[str]]:
    """A function and what it loaded."""
    return request.param, imported(request.param)


def test_nothing_heavy_is_loaded_but_what_the_first_request_needs(loaded: tuple[str, set[str]]) -> None:
    """Of all that is heavy exactly what is listed: no more, and no entry that has become idle."""
    function, modules = loaded
    assert {name.partition(".")[0] for name in modules} & HEAVY == EXPECTED[function]


def test_a_function_loads_no_room_of_the_core_that_is_not_its_own(loaded: tuple[str, set[str]]) -> None:
    """The journeys are apart in the code, and so they are at a cold start."""
    function, modules = loaded
    rooms = {name.split(".")[1] for name in modules if name.startswith("jwx.")}
    assert not rooms & CLOSED[function]


def test_x509_comes_with_pyjwt_alone(loaded: tuple[str, set[str]]) -> None:
    """Certificates are for a verb that is seldom asked; only PyJWT's own import brings them."""
    function, modules = loaded
    assert ("cryptography.x509" in modules) == (function == "signer")


@pytest.mark.parametrize("function", sorted(EXPECTED.keys() - {"whoami"}))
def test_a_function_is_wired_at_its_start_in_lambda_and_only_there(function: str) -> None:
    """Clients are made before the first request; a mere import reads no setting and opens nothing."""
    wired = "import app; print(app.from_env.cache_info().currsize)"
    assert run(function, "-c", wired, AWS_LAMBDA_RUNTIME_API="127.0.0.1:1").stdout.strip() == "1"
    assert run(function, "-c", wired).stdout.strip() == "0"


@pytest.mark.parametrize("function", ["jwks", "prover", "signer"])
def test_ports_are_for_who_reads_types(function: str) -> None:
    """Protocols take milliseconds to define; only the rotation needs values that stand beside them."""
    assert "jwx.ports" not in imported(function)
