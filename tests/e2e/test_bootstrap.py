"""Setting up ends with a sentence, whatever is in its way; nothing is installed here."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from local.place import ROOT


def bootstrap(root: Path, name: str = "venv") -> subprocess.Popen[str]:
    """The script in a folder of its own, as `make` calls it."""
    (root / "local").mkdir(exist_ok=True)
    shutil.copy(ROOT / "local" / "bootstrap.py", root / "local")
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(root / "local" / "bootstrap.py"), name],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    """As on a read-only disk: which path, and why."""
    (tmp_path / ".tools").touch()
    process = bootstrap(tmp_path)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (1, f"Cannot set up: {tmp_path}/.tools: File exists.\n")


def test_two_at_once_wait_for_each_other_and_stop_at_once(tmp_path: Path) -> None:
    """Who waits is told for what, and Ctrl-C ends the waiting without a stack trace."""
    (tmp_path / ".tools").mkdir()
    with (tmp_path / ".tools" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = bootstrap(tmp_path)
        assert process.stdout
        assert process.stdout.readline() == "  waiting for another make that installs ...\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "Stopped; the next call goes on.\n")


def test_what_is_half_installed_sets_up_nothing(tmp_path: Path) -> None:
    """After Ctrl-C in the middle of an installation the next call begins with the caller's own python."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("uv.lock", ".python-version"):
        (tmp_path / name).touch()
    for half in (".tools/uv/bin/python3", ".venv/bin/python3"):
        (tmp_path / half).parent.mkdir(parents=True)
        (tmp_path / half).write_text("#!/bin/sh\necho half installed; exit 1\n")
        (tmp_path / half).chmod(0o755)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "bootstrap.py").write_text("import sys; print('sets up', *sys.argv[1:])")
    called = ["make", "--no-print-directory", ".tools/venv.ready"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    ended = subprocess.run(  # noqa: S603 - our own Makefile
        called, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "sets up venv\n"), ended.stderr
