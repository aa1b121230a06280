"""The process that keeps one local environment: emulator and nginx are its children.

    python -m local.keeper NAME AWS_PORT EDGE_PORT LOCK [PID]

LOCK is the file descriptor of `local.hold`, which the children inherit too. With a PID it stops by itself
once that process is gone, so that a killed test run leaves nothing behind.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack

from botocore.exceptions import BotoCoreError, ClientError

from local.children import Child, child_process
from local.clients import ROOT_IDENTITY, Clients
from local.edge.agent import Edge, nginx_command, wait_until_listening
from local.emulator import emulator_command, emulator_environment, wait_until_healthy
from local.errors import LocalError
from local.hold import note_child
from local.place import Place

POLL_SECONDS = 0.2


def main(name: str, aws_port: str, edge_port: str, lock: str, owner: str = "") -> int:
    place = Place(name=name, aws_port=int(aws_port), edge_port=int(edge_port))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    (place.directory / "pid").write_text(str(os.getpid()))
    try:
        with ExitStack() as stack:
            stack.callback(_clear, place)
            keep(place, stack, lock=int(lock), owner=int(owner or 0))
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def keep(place: Place, stack: ExitStack, *, lock: int, owner: int) -> None:
    """Start everything, say so, and look after it until told to stop."""

    def child(name: str, command: list[str], environment: dict[str, str]) -> Child:
        started = child_process(name, command, place.directory, environment, inherited=[lock])
        made = stack.enter_context(started)
        note_child(place, made.pid)
        return made

    emulator = child("emulator", emulator_command(), emulator_environment(place))
    wait_until_healthy(place, emulator)
    edge = Edge(place, Clients(place, ROOT_IDENTITY))
    nginx = child("nginx", nginx_command(place), {})
    wait_until_listening(place, nginx)
    (place.directory / "ready").touch()
    while not _gone(owner):
        _look_after((emulator, nginx), edge, nginx)
        time.sleep(POLL_SECONDS)


def _look_after(children: tuple[Child, ...], edge: Edge, nginx: Child) -> None:
    for child in children:
        child.refuse_death()
    try:
        edge.follow(nginx)
    except (BotoCoreError, ClientError) as error:
        print(f"the edge could not ask the emulator: {error}", file=sys.stderr, flush=True)


def _clear(place: Place) -> None:
    """The logs stay; what they were about goes."""
    for name in ("stack.json", "ready", "tmp", "cache", "build"):
        path = place.directory / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _gone(owner: int) -> bool:
    if owner == 0:
        return False
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return True
    return False


def _stop(_number: int, _frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
