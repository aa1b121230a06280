"""`jwx rotate`: the verb, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from jwx_cli.commands.options import Issuer, Yes
from jwx_cli.session import Session
from jwx_cli.tables import show_changes, show_done
from jwx_cli.words import relative


def rotate(
    session: Session,
    issuer: Issuer = "default",
    algorithm: Annotated[
        str | None, typer.Option("--algorithm", "-a", help="Which one; the issuer's first without it.")
    ] = None,
    active_kid: Annotated[
        str | None, typer.Option("--if-active", help="Only if this key is still the active one.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="In an emergency: sign before every cache can know the key.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Let the standby sign now; the active key stays published until its last token has expired."""
    before = session.stack.rotation("status", issuer=issuer)
    if force and not yes:
        propagation = waiting_standby(before, algorithm, session.now())
        session.confirm(f"Verifiers may refuse tokens of a forced key{propagation}. Go on?")
    with session.waiting("rotating"):
        after = session.stack.rotation(
            "rotate",
            issuer=issuer,
            algorithm=algorithm,
            active_kid=active_kid,
            force=force or None,
        )
    if session.as_json:
        session.json(after)
        return
    unchanged = _signing(before) == _signing(after)
    session.console.print(
        "Nothing to do: another key signs already." if unchanged and active_kid else "Done."
    )
    show_changes(session.console, before, after)
    show_done(session.console, after["steps"])


def waiting_standby(answer: Mapping[str, Any], algorithm: str | None, now: int) -> str:
    """When the next key may sign, as the function told it; nothing for one that may already."""
    times = [
        key["activate_not_before"]
        for key in answer["keys"]
        if key["state"] == "pending"
        and algorithm in (key["alg"], None)
        and (key["activate_not_before"] or 0) > now
    ]
    return f" (it may sign {relative(min(times), now)})" if times else ""


def _signing(answer: Mapping[str, Any]) -> set[str]:
    return {key["kid"] for key in answer["keys"] if key["state"] == "active"}
