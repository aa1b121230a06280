"""Starts and stops a local environment through its keeper process."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time

from local.errors import LocalError
from local.place import ROOT, Place

START_SECONDS = 40
STOP_SECONDS = 15
KEEP_LOGS_SECONDS = 3600
# Keepers that this process started: a child that ended seems to run until its parent asks for it.
_keepers: dict[str, subprocess.Popen[bytes]] = {}


@atexit.register
def _disown() -> None:
    """A keeper may outlive us on purpose, which Popen would complain of."""
    for keeper in _keepers.values():
        keeper.returncode = 0


def refuse_second(place: Place) -> None:
    if running_pid(place):
        raise LocalError(
            f"The environment '{place.name}' is running already; 'make down' stops that of 'make up'."
        )
    place.refuse_taken_ports()


def start(place: Place, *, owner: int | None) -> None:
    """Start the keeper and wait until all of it answers; it ends with the owner, if it has one."""
    shutil.rmtree(place.directory, ignore_errors=True)
    place.directory.mkdir(parents=True)
    command = [sys.executable, "-m", "local.keeper", place.name, str(place.aws_port), str(place.edge_port)]
    with (place.directory / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            command + ([str(owner)] if owner else []),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _keepers[place.name] = keeper
    (place.directory / "pid").write_text(str(keeper.pid))
    _wait_until_ready(place, keeper)


def _wait_until_ready(place: Place, keeper: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not (place.directory / "ready").exists():
        if keeper.poll() is not None:
            raise LocalError(f"The local environment did not start: {_last_words(place)}")
        if time.monotonic() > until:
            stop(place)
            raise LocalError(f"The local environment did not start within {START_SECONDS} s.")
        time.sleep(0.05)


def stop(place: Place) -> bool:
    """Stop the keeper, and with it all that it started; False when nothing ran."""
    pid = running_pid(place)
    if pid == 0:
        return False
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while running_pid(place) and time.monotonic() < until:
        time.sleep(0.05)
    (place.directory / "pid").unlink(missing_ok=True)
    return True


def running_pid(place: Place) -> int:
    """The keeper's process id, or 0: a pid file may be older than the last reboot."""
    keeper = _keepers.get(place.name)
    if keeper and keeper.poll() is not None:
        return 0
    try:
        pid = int((place.directory / "pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return 0
    return pid


def sweep(prefix: str) -> None:
    """Forget the logs of environments that ended long ago; those of the last runs may still be wanted."""
    for directory in (ROOT / ".local").glob(f"{prefix}*"):
        ended = not running_pid(Place(name=directory.name, aws_port=0, edge_port=0))
        if ended and time.time() - directory.stat().st_mtime > KEEP_LOGS_SECONDS:
            shutil.rmtree(directory, ignore_errors=True)


def _last_words(place: Place) -> str:
    lines = (place.directory / "keeper.log").read_text().strip().splitlines()
    return lines[-1] if lines else "its log is empty."
