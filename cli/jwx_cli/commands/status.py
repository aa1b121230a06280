"""`jwx status` and `jwx plan`: what there is, what comes next, and when."""

from __future__ import annotations

import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final

import typer

from jwx.issuer_names import issuer_url
from jwx.ring.keyring import PUBLISHED
from jwx_cli.commands.options import Issuer
from jwx_cli.session import Session
from jwx_cli.stack import ISSUER_URL
from jwx_cli.tables import WIDE, plain_table, show_issuer, show_plan
from jwx_cli.words import relative, step_words

SIDE_BY_SIDE: Final = 8
"""Issuers asked about at once; boto3 keeps ten connections."""


def status(
    session: Session,
    issuer: Annotated[
        str | None, typer.Option("--issuer", "-i", help="One issuer only; all of them without it.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Deleted keys too.")] = False,
) -> None:
    """Show the issuers, their keys, what comes next and when. Changes nothing.

    With several issuers there is one line for each; name one to see its keys and their timeline.
    """
    stack = session.stack
    names = [issuer] if issuer else list(stack.issuers()) or ["default"]
    with session.waiting("asking"), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = list(pool.map(lambda name: stack.rotation("plan", issuer=name), names))
    if session.as_json:
        session.json({"issuers": answers})
    elif len(answers) == 1:
        _show(session, answers[0], everything=everything)
    else:
        _overview(session, answers)


def plan(session: Session, issuer: Issuer = "default") -> None:
    """Show the steps that are due or to come, with when and why. Changes nothing."""
    answer = session.stack.rotation("plan", issuer=issuer)
    if session.as_json:
        session.json(answer)
    elif answer["steps"]:
        show_plan(session.console, answer["steps"], session.now())
    else:
        session.console.print("Nothing is planned.")


def _show(session: Session, answer: dict[str, Any], *, everything: bool) -> None:
    url = issuer_url(session.stack.output(ISSUER_URL), answer["issuer"])
    show_issuer(session.console, answer, url, session.now(), everything=everything)


def _overview(session: Session, answers: list[dict[str, Any]]) -> None:
    """A line for each issuer; on a narrow terminal its keys stand below its name."""
    table, narrow = plain_table("issuer", "signs with", "published", "next"), session.console.width < WIDE
    for answer in answers:
        keys, following = answer["keys"], _next(answer, session.now())
        active = [f"{key['alg']} {key['kid']}" for key in keys if key["state"] == "active"]
        published = sum(key["state"] in PUBLISHED for key in keys)
        signs = "\n".join(active) or _silence(answer)
        if narrow:
            session.console.print(f"{answer['issuer']}  {published} published; {following}")
            session.console.print(textwrap.indent(signs, "  "))
        else:
            table.add_row(answer["issuer"], signs, str(published), following)
    if not narrow:
        session.console.print(table)


def _silence(answer: dict[str, Any]) -> str:
    if answer.get("deleted_at") is not None:
        return "(deleted)"
    return "(being deleted)" if answer.get("deleting_since") is not None else "(nothing signs)"


def _next(answer: dict[str, Any], now: int) -> str:
    step = answer["next"]
    return f"{step_words(step)} {relative(max(step['at'], now), now)}" if step else ""
