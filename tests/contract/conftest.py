"""The emulator that the contract suites hold the adapters to, one for each worker of the test run."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

EMULATOR = Path(__file__).parents[2] / ".tools" / "emulator" / "bin" / "ministack"
_START_SECONDS = 30


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty AWS on this machine, IAM not enforced."""
    if not EMULATOR.exists():
        pytest.skip("the emulator is not installed; `make test` installs it")
    scratch = tmp_path_factory.mktemp("emulator")
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "S3_DATA_DIR": str(scratch / "s3"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen([str(EMULATOR)], env=environment, cwd=scratch, stdout=log, stderr=log)  # noqa: S603
    try:
        yield _healthy(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def aws(emulator: str) -> Callable[[str], Any]:
    """A boto3 client of the emulator for each service asked for."""
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1"
    )
    config = Config(proxies={}, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return lambda service: session.client(service, endpoint_url=emulator, config=config)  # type: ignore[call-overload]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(url: str, process: subprocess.Popen[bytes]) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with direct.open(f"{url}/_ministack/health", timeout=2):
                return url
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the emulator did not start; its log lies in the test run's temporary directory")
