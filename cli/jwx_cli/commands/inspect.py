"""`jwx inspect`: what a token says, and whether and why it would be refused."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.text import Text

from jwx.issuer_names import DEFAULT
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.inspector.meanings import Explained, explain_claims, explain_header
from jwx_cli.inspector.verdict import Verdict, Wanted, examine
from jwx_cli.session import Session
from jwx_cli.stack import ISSUER_URL
from jwx_cli.tables import plain_table
from jwx_cli.words import relative

MOST = 64 * 1024
"""Characters read of a token; a real one has a few hundred."""


def inspect(
    session: Session,
    token: Annotated[str, typer.Argument(help="The token, or - to read it from standard input.")],
    issuer_url: Annotated[
        str | None, typer.Option("--issuer-url", help="The issuer to trust; else the stack's, else its own.")
    ] = None,
    audience: Annotated[
        list[str] | None, typer.Option("--audience", help="Who you are; may be repeated.")
    ] = None,
    typ: Annotated[
        list[str] | None, typer.Option("--typ", help="Types to accept; at+jwt without it.")
    ] = None,
    leeway: Annotated[int, typer.Option("--leeway", min=0, max=120, help="Seconds.")] = 60,
) -> None:
    """Explain a token: each claim, each time, and precisely why it would be refused.

    The token is sent nowhere. Only the issuer's public documents are fetched, to verify the signature here.
    """
    text = read_token(token)
    wanted = Wanted(
        issuer=issuer_url or _issuer_of_stack(session, text),
        audiences=tuple(audience or ()),
        types=tuple(typ or ("at+jwt",)),
        leeway=leeway,
        has_deny_list=issuer_url is None and session.target is not None,
    )
    verdict = examine(
        text,
        wanted,
        fetch=session.tools.fetch,
        clock=session.tools.clock,
        key_state=lambda issuer, kid: _state_of_key(session, issuer, kid),
    )
    if session.as_json:
        session.json(_document(verdict))
    else:
        _show(session, verdict)
    if verdict.reason is not None:
        raise typer.Exit(int(ExitCode.FAILED if verdict.retryable else ExitCode.NO))


def read_token(given: str) -> str:
    """What was given, or what standard input has; with or without `Bearer` before it."""
    text = (sys.stdin.read(MOST) if given == "-" else given).strip()
    if text[:7].lower() == "bearer ":
        text = text[7:].strip()
    if not text:
        raise CommandFailed("There is no token: nothing was given.", ExitCode.USAGE)
    return text


def _issuer_of_stack(session: Session, token: str) -> str | None:
    """The stack's issuer, or the one below its URL that the token names: only a choice of whom to ask."""
    if session.target is None:
        return None
    base = session.stack.output(ISSUER_URL)
    unverified = examine(
        token,
        Wanted(issuer=base),
        fetch=session.tools.fetch,
        clock=session.tools.clock,
        key_state=lambda *_: None,
    )
    named = unverified.claims.get("iss")
    return named if isinstance(named, str) and named.startswith(f"{base}/") else base


def _state_of_key(session: Session, issuer: str, kid: str) -> str | None:
    """What the stack knows of a key that is not published, if a stack was named and is to be trusted."""
    if session.target is None:
        return None
    base = session.stack.output(ISSUER_URL)
    name = DEFAULT if issuer == base else issuer.removeprefix(f"{base}/")
    try:
        answer = session.stack.rotation("status", issuer=name)
    except CommandFailed:
        return None
    key = next((key for key in answer["keys"] if key["kid"] == kid), None)
    if key is None:
        return "the stack has no such key and never remembered one"
    at = key.get(f"{key['state']}_at")
    return f"it is {key['state']}" + (f" since {relative(at, session.now())}" if at else "")


def _show(session: Session, verdict: Verdict) -> None:
    for title, rows in (
        ("header", list(explain_header(verdict.header))),
        ("claims", list(explain_claims(verdict.claims, session.now()))),
    ):
        if rows:
            _table(session, title, rows)
    if verdict.reason is None:
        session.console.print(
            Text(f"Accepted: {verdict.issuer} signed it.", style="bold green"), soft_wrap=True
        )
    else:
        style = "bold yellow" if verdict.retryable else "bold red"
        word = "Cannot tell" if verdict.retryable else "Refused"
        session.console.print(
            Text(f"{word} ({verdict.reason}): {verdict.explanation}", style=style), soft_wrap=True
        )
    for note in verdict.notes:
        session.console.print(note, style="dim", soft_wrap=True)


def _table(session: Session, title: str, rows: list[Explained]) -> None:
    table = plain_table(title, "", "")
    for row in rows:
        table.add_row(row.name, Text(row.value), Text(row.meaning, style="dim"))
    session.console.print(table)
    session.console.print()


def _document(verdict: Verdict) -> dict[str, object]:
    return {
        "accepted": verdict.reason is None,
        "reason": verdict.reason,
        "explanation": verdict.explanation,
        "retryable": verdict.retryable,
        "issuer": verdict.issuer,
        "header": verdict.header,
        "claims": verdict.claims,
        "notes": list(verdict.notes),
    }
