"""What a newcomer does with two commands holds from end to end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from local.__main__ import ended
from local.console import Reporter
from local.errors import LocalError
from local.place import ROOT, Place, free_ports
from local.stack import Stack
from local.story import CHAPTERS, StoryError, Teller, ready_standbys
from local.up import up


@pytest.mark.parametrize(
    "chapter", [chapter for _, chapter in CHAPTERS[1:]], ids=lambda chapter: chapter.__name__
)
def test_chapter_holds(default_issuer: Stack, chapter: Callable[[Stack, Teller], None]) -> None:
    """Each chapter of the story holds on the deployed stack, whatever rotated there before."""
    ready_standbys(default_issuer)
    chapter(default_issuer, Teller(Reporter()))


def test_first_line_that_does_not_hold_ends_the_story() -> None:
    """A check that fails is an error that names the line and what came instead."""
    with pytest.raises(StoryError, match="the sky is green: got blue"):
        Teller(Reporter()).check(False, "the sky is green", got="blue")


@pytest.mark.deploy
def test_demo_leaves_nothing_running_when_interrupted() -> None:
    """Ctrl-C in the middle of the demo stops all that it started, with the exit code of an interrupt."""
    demo = local("demo")
    time.sleep(4)
    directory = ROOT / ".local" / "demo"
    keeper = int((directory / "pid").read_text())
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=30)
    assert demo.returncode == 130, output
    assert "Traceback" not in output
    assert not Path(f"/proc/{keeper}").exists()


def test_taken_port_is_one_sentence(taken_port: int) -> None:
    """An environment on a taken port is refused with the port and what to do, and nothing is started."""
    place = Place(name=f"test-port-{taken_port}", aws_port=taken_port, edge_port=free_ports(1)[0])
    with pytest.raises(LocalError, match=f"^Port {taken_port} is taken .*AWS_PORT"):
        up(place, Reporter())


def test_port_that_is_no_port_is_one_sentence() -> None:
    """A port that cannot be one is refused by name."""
    up = local("up", AWS_PORT="http")
    output, _ = up.communicate(timeout=30)
    assert (up.returncode, output.strip()) == (1, "AWS_PORT must be a port from 1024 to 65535, not 'http'.")


def test_a_folder_that_takes_no_files_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a disk that is read-only or full: the path and the reason, and no stack trace."""
    blocked = tmp_path / "file"
    blocked.touch()
    assert ended(lambda: (blocked / "log").write_text("")) == 1
    assert capsys.readouterr().err == f"{blocked / 'log'}: Not a directory.\n"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler).socket) as taken:
        yield taken.getsockname()[1]


def local(command: str, **variables: str) -> subprocess.Popen[str]:
    """The command as `make` calls it."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "local", command],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
