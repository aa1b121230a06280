"""Child processes that end with their parent's block, children of their own included."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from local.errors import LocalError

PATIENCE_SECONDS = 2


class Child:
    """A running child, with its output in a log file."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Of its process, and of the group that it leads."""
        return self._process.pid

    def refuse_death(self) -> None:
        """A child that ended by itself is a failure of the whole environment."""
        if self._process.poll() is not None:
            raise LocalError(f"{self.name} ended by itself: {self._last_words()}")

    def reload(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self._signal_group(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal_group(signal.SIGKILL)
            self._process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}, nothing in {self._log.name}"


@contextlib.contextmanager
def child_process(
    name: str,
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    inherited: Sequence[int] = (),
) -> Iterator[Child]:
    """Run a command in a process group of its own until the block is left; it inherits these descriptors."""
    log = directory / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=inherited,
        )
    child = Child(name, process, log)
    try:
        yield child
    finally:
        child.stop()
