"""Runs the real `sam build` and `sam deploy` of the real template against a local environment."""

import json
import os
import platform
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from filelock import FileLock

from local.clients import Clients, Identity
from local.console import Reporter
from local.errors import LocalError
from local.place import REGION, ROOT, TOOLS, Place

SAM = str(TOOLS / "sam" / "bin" / "sam")
SETTINGS = ROOT / "samconfig.toml"
TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"
ROUTE_SCOPES = {"GET /orders": ["orders:read"], "GET /whoami": ["orders:read"]}
# Over HTTP a role of that name may ask for these tokens, of any issuer.
TOKEN_POLICIES = {
    "*": {
        "grants": [
            {
                "principal": "arn:aws:sts::000000000000:assumed-role/orders-service/*",
                "subjects": ["svc-orders"],
                "audiences": ["api://orders"],
                "scopes": ["orders:*"],
            }
        ]
    }
}
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64", "amd64": "x86_64"}


def deploy(place: Place, deployer: Identity, reporter: Reporter) -> None:
    """Build and deploy; both log next to the environment's other logs."""
    Clients(place, deployer).s3.create_bucket(Bucket=_local_settings()["s3_bucket"])
    environment = _environment(place, deployer)
    with FileLock(ROOT / ".local" / "build.lock"):
        with reporter.step("sam build"):
            _run([SAM, "build", "--config-env", "local"], environment, place.directory / "sam-build.log")
        staged = _staged_build(place)
    with reporter.step("sam deploy"):
        _run(
            [*_deploy_command(place), "--template-file", str(staged)],
            environment,
            place.directory / "sam-deploy.log",
        )


def deploy_again(place: Place, deployer: Identity, **parameters: str) -> None:
    """The same build with some other parameters, as an operator would who changes a setting."""
    built = place.directory / "build" / TEMPLATE.name
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    _run(
        [*_deploy_command(place), *overrides, "--template-file", str(built)],
        _environment(place, deployer),
        place.directory / "sam-deploy.log",
    )


def _staged_build(place: Place) -> Path:
    """A copy, since another environment may be building while this one deploys."""
    staged = place.directory / "build"
    shutil.copytree(TEMPLATE.parent, staged)
    return staged / TEMPLATE.name


def _deploy_command(place: Place) -> list[str]:
    overrides = [*_local_settings().get("parameter_overrides", []), *_own_parameters(place)]
    # sam looks for its settings beside the template, and this template is a built one.
    settings = ["--config-file", str(SETTINGS), "--config-env", "local"]
    stack = ["--stack-name", place.stack_name, "--region", REGION]
    return [SAM, "deploy", *settings, *stack, "--no-progressbar", "--parameter-overrides", *overrides]


def _own_parameters(place: Place) -> list[str]:
    """What depends on this machine and on the ports that were free."""
    return [
        f"RouteScopes={_quoted(ROUTE_SCOPES)}",
        f"TokenPolicies={_quoted(TOKEN_POLICIES)}",
        f"Architecture={ARCHITECTURES[platform.machine().lower()]}",
        f"LocalIssuerUrl={place.edge_url}",
        f"LocalEndpointUrl={place.aws_url}",
    ]


def _quoted(value: object) -> str:
    """JSON in the quotes that sam's parser of parameters takes away."""
    return json.dumps(json.dumps(value, separators=(",", ":")))


def _local_settings() -> dict[str, Any]:
    """An option given on sam's command line replaces the one in its file, so both are joined here."""
    settings = tomllib.loads(SETTINGS.read_text())
    return dict(settings["local"]["deploy"]["parameters"])


def _environment(place: Place, deployer: Identity) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(TOOLS / "uv" / "bin"), str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    return (
        kept
        | deployer.environment(place)
        | {"PATH": path, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "1"}
    )


def _run(command: list[str], environment: dict[str, str], log: Path) -> None:
    with log.open("wb") as output:
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if finished.returncode != 0:
        tail = log.read_text(errors="replace").strip().splitlines()[-12:]
        raise LocalError("\n  ".join([f"'sam {command[1]}' failed; the end of {log}:", *tail]))
