"""What a long request is at, seen from beside it."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from rich.console import Console

from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.progress import with_progress
from jwx_cli.session import Session, Tools

pytestmark = pytest.mark.slow  # real seconds pass


def session(*, terminal: bool) -> tuple[Session, io.StringIO]:
    """A session and what its console shows."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=80)
    return Session(tools=Tools(), target=None, as_json=False, console=console), shown


@pytest.mark.parametrize("fails", [False, True])
def test_the_work_is_looked_at_until_it_ends(fails: bool) -> None:
    """A look that fails changes nothing: the answer is the work's own."""
    enough = threading.Event()

    def work() -> dict[str, Any]:
        assert enough.wait(20)
        return {"done": True}

    def look() -> str:
        enough.set()
        if fails:
            raise CommandFailed("no answer", ExitCode.UNREACHABLE)
        return "emptying the CDN"

    on_terminal, _ = session(terminal=True)

    assert with_progress(on_terminal, work, doing="revoking", look=look) == {"done": True}


def test_nobody_looks_where_nobody_sees() -> None:
    """In a script the request is the only one."""
    in_script, shown = session(terminal=False)

    def look() -> str:
        raise AssertionError("looked")

    assert with_progress(in_script, lambda: {"done": True}, doing="revoking", look=look) == {"done": True}
    assert shown.getvalue() == ""
