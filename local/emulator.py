"""The embedded AWS: ministack, in an environment that holds nothing of the project."""

import os
import time
import urllib.error
import urllib.request

from local.children import Child
from local.errors import LocalError
from local.place import REGION, TOOLS, Place

START_SECONDS = 30


def emulator_command() -> list[str]:
    return [str(TOOLS / "emulator" / "bin" / "ministack")]


def emulator_environment(place: Place) -> dict[str, str]:
    """Functions inherit what the emulator has, so it gets no more than it needs."""
    scratch = place.directory / "tmp"
    scratch.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "S3_DATA_DIR": str(scratch / "s3"),
        "STATE_DIR": str(scratch / "state"),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(place.aws_port),
        "MINISTACK_REGION": REGION,
        # Servers on fixed ports, of which two environments would fight for one.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def wait_until_healthy(place: Place, emulator: Child) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        emulator.refuse_death()
        if _is_healthy(place):
            return
        time.sleep(0.05)
    raise LocalError(f"The embedded AWS did not answer within {START_SECONDS} s.")


def _is_healthy(place: Place) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{place.aws_url}/_ministack/health", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
