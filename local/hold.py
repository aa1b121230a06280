"""The lock by which an environment is known to run: its processes hold it, and it ends with the last one.

A process id in a file proves nothing: after a crash or a reboot it may be anybody's.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from local.errors import LocalError
from local.place import Place


def take(place: Place) -> int:
    """A file descriptor for the keeper to inherit and to hand on; LocalError when others hold the lock."""
    place.directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock(place), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        ends = "'make down' stops it" if place.lasts else "it ends with what started it"
        raise LocalError(f"The environment '{place.name}' is running already; {ends}.") from None
    return descriptor


def is_held(place: Place) -> bool:
    """Whether anything of the environment still runs."""
    try:
        with _lock(place).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def keeper(place: Place) -> int:
    """The keeper's process id, or 0 while it has not said it; to be believed only while the lock is held."""
    return next(_ids(place.directory / "pid"), 0)


def note_child(place: Place, pid: int) -> None:
    """Remember the leader of a process group, for whoever must end it without the keeper."""
    with (place.directory / "children").open("a") as file:
        file.write(f"{pid}\n")


def kill(place: Place) -> None:
    """End all by force. Children first: while the keeper lives, no other process can get their ids."""
    for group in _ids(place.directory / "children"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    if pid := keeper(place):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def left(place: Place) -> list[int]:
    """The processes that are known and still there."""
    known = [*_ids(place.directory / "pid"), *_ids(place.directory / "children")]
    return [pid for pid in known if _exists(pid)]


def _lock(place: Place) -> Path:
    return place.directory / "lock"


def _ids(file: Path) -> Iterator[int]:
    with contextlib.suppress(FileNotFoundError):
        yield from (int(line) for line in file.read_text().split() if line.isdecimal())


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
