"""What is compared: our functions as they are deployed, their floors, and the same written the common way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.build import CORE, FUNCTIONS, unpacked
from benchmarks.processes import Function
from benchmarks.section import ROOT
from benchmarks.small_aws import SmallAws
from jwx.issuing.token_request import TokenRequest
from tests.fakes.api_events import api_event
from tests.fakes.token_service import BASE_URL, REQUEST

PEERS: Final = ROOT / "benchmarks" / "peers"
AUDIENCE: Final = "api://orders"
BOTH: Final = (CORE, "AwsLayer")
KEY: Final = "cryptography.hazmat.primitives.asymmetric.ec"
"""What the floor has loaded when it is ready, and the authorizer loads with its first key set."""

LAYERS_OF_PEERS: Final = {
    "bare": (),
    "floor_authorizer": (CORE,),
    "common_authorizer": BOTH,
    "floor_jwks": (),
    "common_jwks": BOTH,
    "floor_signer": (),
    "common_signer": BOTH,
}


def subjects(build: Path, aws: SmallAws, scratch: Path) -> list[Function]:
    """All of them, unpacked below `scratch` and pointed at `aws`."""
    events, environment = _events(aws), aws.environment() | _settings(aws)
    places = {name: (build / code, layers) for name, (code, layers) in FUNCTIONS.items()}
    places |= {name: (PEERS / name, layers) for name, layers in LAYERS_OF_PEERS.items()}
    functions = [
        Function(
            name=name,
            path=unpacked(build, code, layers, scratch / name),
            event=events.get(name.removeprefix("common_"), {}),
            environment=environment,
        )
        for name, (code, layers) in places.items()
    ]
    (authorizer,) = (one for one in functions if one.name == "authorizer")
    with_key = {**authorizer.environment, "ALSO": KEY}
    return [*functions, replace(authorizer, name="keyed_authorizer", environment=with_key)]


def _events(aws: SmallAws) -> Mapping[str, Mapping[str, Any]]:
    """Good requests."""
    token = aws.service.issuer().issue(TokenRequest.parse(REQUEST))
    return {
        "authorizer": api_event("rest-request", token.token),
        "jwks": {"httpMethod": "GET", "path": "/.well-known/jwks.json", "headers": {}},
        "signer": REQUEST,
        "prover": {"probe": {"issuer": "default", "operation": aws.operation}},
        "rotation": {"action": "status", "issuer": "default"},
        "whoami": {"path": "/whoami", "requestContext": {"authorizer": {"sub": "svc-1"}}},
    }


def _settings(aws: SmallAws) -> dict[str, str]:
    uri = f"{aws.url}/.well-known/jwks.json"
    return {
        "TRUSTED_ISSUERS": f'[{{"issuer": "{BASE_URL}", "audiences": ["{AUDIENCE}"], "jwks_uri": "{uri}"}}]',
        "COPY_BUCKET": "copy",
        "DEFAULT_POLICY": "{}",
        "DISTRIBUTION_ID": "E123",
        "EVENT_BUS": "jwx",
        "PROVER_FUNCTION": "prover",
        "STACK_NAME": "jwx",
        "ISSUER": BASE_URL,
        "AUDIENCE": AUDIENCE,
        "JWKS_URI": uri,
    }
