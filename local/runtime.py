"""Functions under the Lambda Runtime Interface Emulator: real init and invoke phases, without Docker.

The emulator is a program inside the SAM CLI; the runtime client beside it is the one that Lambda itself uses.
"""

import http.client
import json
import os
import platform
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.children import child_process
from local.errors import LocalError
from local.place import TOOLS, free_ports

EMULATORS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
START_SECONDS = 15
_INVOCATIONS = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One running execution environment."""

    address: str

    def invoke(self, event: object) -> Any:
        """The function's answer, or an object with `errorType` and `errorMessage` as Lambda gives it.

        A plain connection: urllib's openers read a certificate store first, which outlasts the answer.
        """
        with closing(http.client.HTTPConnection(self.address, timeout=60)) as connection:
            connection.request("POST", _INVOCATIONS, json.dumps(event).encode())
            return json.loads(connection.getresponse().read())


@contextmanager
def lambda_runtime(
    name: str, *, build: Path, layers: list[str], environment: Mapping[str, str], scratch: Path
) -> Iterator[Runtime]:
    """Run the function that `sam build` left in a folder of `build`, with its layers in their order."""
    address, api = (f"127.0.0.1:{port}" for port in free_ports(2))
    command = [_emulator(), "--runtime-interface-emulator-address", address, "--runtime-api-address", api]
    python = str(TOOLS / "emulator" / "bin" / "python")
    handler = [python, "-m", "awslambdaric", "app.lambda_handler"]
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "PYTHONPATH": os.pathsep.join(
            [str(build / name), *(str(build / each / "python") for each in layers)]
        ),
        "LAMBDA_TASK_ROOT": str(build / name),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        **environment,
    }
    with child_process(name, [*command, *handler], scratch, settings):
        _wait_for(address)
        yield Runtime(address=address)


def _emulator() -> str:
    """The SAM CLI unpacks it without its executable bit."""
    name = f"aws-lambda-rie-{EMULATORS[platform.machine().lower()]}"
    (found,) = (TOOLS / "sam" / "lib").glob(f"python3.*/site-packages/samcli/local/rapid/{name}")
    found.chmod(0o755)
    return str(found)


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.02)
    raise LocalError(f"The Lambda runtime did not answer within {START_SECONDS} s.")
