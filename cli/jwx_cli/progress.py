"""Shows what a long request is at, while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from jwx_cli.exits import CommandFailed
from jwx_cli.session import Session

PAUSE: Final = 1.0


def with_progress(
    session: Session, work: Callable[[], dict[str, Any]], *, doing: str, look: Callable[[], str]
) -> dict[str, Any]:
    """What `work` answers. On a terminal, `look` says meanwhile what is being waited for.

    The thread is a daemon, so that Ctrl-C ends the program and not only the show: the function goes on.
    """
    if session.as_json or not session.console.is_terminal:
        return work()
    ended: list[dict[str, Any] | BaseException] = []
    thread = threading.Thread(target=_run, args=(work, ended), daemon=True)
    with session.console.status(doing) as status:
        thread.start()
        while thread.is_alive():
            thread.join(PAUSE)
            if thread.is_alive():
                status.update(_seen(look) or doing)
    (outcome,) = ended
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _run(work: Callable[[], dict[str, Any]], ended: list[dict[str, Any] | BaseException]) -> None:
    try:
        ended.append(work())
    except BaseException as error:
        ended.append(error)


def _seen(look: Callable[[], str]) -> str:
    """A look that fails shows nothing; the work itself says what is wrong."""
    try:
        return look()
    except CommandFailed:
        return ""
