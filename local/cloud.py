"""Starts and stops a local environment through its keeper process."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from local import hold
from local.errors import LocalError
from local.place import ROOT, Place

START_SECONDS = 40
STOP_SECONDS = 15
KILL_SECONDS = 5
KEEP_LOGS_SECONDS = 3600
# Keepers that this process started; while they are in here, their ids cannot become another's.
_keepers: dict[str, subprocess.Popen[bytes]] = {}


@atexit.register
def _disown() -> None:
    """A keeper may outlive us on purpose, which Popen would complain of."""
    for keeper in _keepers.values():
        keeper.returncode = 0


def refuse_second(place: Place) -> None:
    os.close(hold.take(place))
    place.refuse_taken_ports()


def start(place: Place, *, owner: int | None) -> None:
    """Start the keeper and wait until all of it answers; it ends with the owner, if it has one."""
    lock = hold.take(place)
    try:
        _clear(place)
        keeper = _keeper(place, lock, owner)
    finally:
        os.close(lock)
    _keepers[place.name] = keeper
    _wait_until_ready(place, keeper)


def _keeper(place: Place, lock: int, owner: int | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "local.keeper", place.name, str(place.aws_port), str(place.edge_port)]
    with (place.directory / "keeper.log").open("wb") as log:
        return subprocess.Popen(
            [*command, str(lock), *([str(owner)] if owner else [])],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock],
        )


def _clear(place: Place) -> None:
    """What an earlier run left, less the lock."""
    for path in place.directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != "lock":
            path.unlink(missing_ok=True)


def _wait_until_ready(place: Place, keeper: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not (place.directory / "ready").exists():
        if keeper.poll() is not None:
            raise LocalError(f"The local environment did not start: {_last_words(place)}")
        if time.monotonic() > until:
            stop(place)
            raise LocalError(f"The local environment did not start within {START_SECONDS} s.")
        time.sleep(0.05)


def stop(place: Place, *, patience: float = STOP_SECONDS, force: float = KILL_SECONDS) -> bool:
    """Stop the keeper, and with it all that it started; False when nothing ran.

    Ends by force what does not end when asked. LocalError when something is left even so.
    """
    if not hold.is_held(place):
        return False
    ended = _ends(place, patience, _once(lambda: _ask(place)))
    if not ended and not _ends(place, force, lambda: hold.kill(place)):
        ids = " ".join(map(str, hold.left(place))) or "unknown"
        raise LocalError(
            f"The environment '{place.name}' does not stop; its processes that are left: {ids}. "
            f"Its logs are in {place.directory}"
        )
    for name in ("pid", "children", "ready", "stack.json"):  # a keeper that was killed left them behind
        (place.directory / name).unlink(missing_ok=True)
    return True


def _ask(place: Place) -> bool:
    """Whether the keeper has said its id yet, and so could be asked."""
    keeper = hold.keeper(place)
    if keeper:
        with contextlib.suppress(ProcessLookupError):
            os.kill(keeper, signal.SIGTERM)
    return keeper != 0


def _once(act: Callable[[], bool]) -> Callable[[], None]:
    """Until it worked."""
    todo = [act]

    def push() -> None:
        if todo and todo[0]():
            todo.clear()

    return push


def _ends(place: Place, seconds: float, push: Callable[[], object]) -> bool:
    """Push until nothing is left, or the time is over."""
    until = time.monotonic() + seconds
    while hold.is_held(place):
        if time.monotonic() > until:
            return False
        push()
        time.sleep(0.05)
    if keeper := _keepers.pop(place.name, None):
        keeper.wait()
    return True


def sweep(prefix: str) -> None:
    """Forget the logs of environments that ended long ago; those of the last runs may still be wanted."""
    for directory in (ROOT / ".local").glob(f"{prefix}*"):
        ended = not hold.is_held(Place(name=directory.name, aws_port=0, edge_port=0))
        if ended and time.time() - directory.stat().st_mtime > KEEP_LOGS_SECONDS:
            shutil.rmtree(directory, ignore_errors=True)


def _last_words(place: Place) -> str:
    lines = (place.directory / "keeper.log").read_text().strip().splitlines()
    return lines[-1] if lines else "its log is empty."
