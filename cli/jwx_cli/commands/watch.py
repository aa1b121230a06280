"""`jwx watch`: a rotation or a revocation as it happens, seen from the inside and from the public URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from jwx.issuer_names import issuer_url
from jwx.jose import strict_json
from jwx.ring.keyring import PUBLISHED
from jwx.verification.fetched import FetchFailed
from jwx_cli.commands.options import Issuer
from jwx_cli.session import Session
from jwx_cli.stack import ISSUER_URL
from jwx_cli.tables import keys_table
from jwx_cli.timeline import timeline
from jwx_cli.words import moment, step_words


def watch(
    session: Session,
    issuer: Issuer = "default",
    interval: Annotated[float, typer.Option("--interval", min=0.2, help="Seconds between looks.")] = 2,
    seconds: Annotated[
        int | None, typer.Option("--for", min=0, help="Stop after so many seconds; without it by Ctrl-C.")
    ] = None,
) -> None:
    """Watch keys change, from the inside and as the public URL shows them. Changes nothing.

    Where the output is no terminal, and with --json, each change is a line.
    """
    looks = _looks(session, issuer, interval, seconds)
    if session.console.is_terminal and not session.as_json:
        with Live(console=session.console, auto_refresh=False) as live:
            for answer, public in looks:
                live.update(_screen(session, answer, public), refresh=True)
        return
    last: dict[str, Any] = {}
    for answer, public in looks:
        seen = _summary(answer, public)
        if seen != last:
            _line(session, seen)
        last = seen


def _looks(
    session: Session, issuer: str, interval: float, seconds: int | None
) -> Iterator[tuple[dict[str, Any], list[str] | None]]:
    """The plan and the public kids, again and again."""
    url = f"{issuer_url(session.stack.output(ISSUER_URL), issuer)}/.well-known/jwks.json"
    end = None if seconds is None else session.now() + seconds
    while True:
        yield session.stack.rotation("plan", issuer=issuer), _public(session, url)
        if end is not None and session.now() >= end:
            return
        session.tools.sleep(interval)


def _public(session: Session, url: str) -> list[str] | None:
    """The kids that anybody sees; None when the URL does not answer."""
    try:
        body = session.tools.fetch(url).body
        keys = strict_json.parse_object(body or b"").get("keys", [])
    except (FetchFailed, strict_json.MalformedJson):
        return None
    return sorted(str(key["kid"]) for key in keys if isinstance(key, dict) and "kid" in key)


def _summary(answer: dict[str, Any], public: list[str] | None) -> dict[str, Any]:
    step = answer["next"]
    return {
        "version": answer["version"],
        "states": {key["kid"]: key["state"] for key in answer["keys"]},
        "public": public,
        "next": step and step["action"],
    }


def _line(session: Session, seen: dict[str, Any]) -> None:
    now = session.now()
    if session.as_json:
        print(json.dumps({"at": now, **seen}), flush=True)
        return
    states = " ".join(f"{kid[:9]}={state}" for kid, state in seen["states"].items())
    shown = "no answer" if seen["public"] is None else " ".join(kid[:9] for kid in seen["public"]) or "empty"
    print(f"{moment(now)}  {states}  public: {shown}", flush=True)


def _screen(session: Session, answer: dict[str, Any], public: list[str] | None) -> RenderableType:
    now, console = session.now(), session.console
    unicode = console.encoding.lower().startswith("utf")
    kids = {key["kid"] for key in answer["keys"] if key["state"] in PUBLISHED}
    if public is None:
        shown = Text("The public URL does not answer.", style="bold red")
    elif set(public) == kids:
        shown = Text("The public URL shows the same keys.", style="green")
    else:
        shown = Text(f"The public URL shows other keys: {' '.join(public) or 'none'}", style="yellow")
    step = answer["next"]
    return Group(
        Text(
            f"{answer['issuer']}  {moment(now)}  next: {step_words(step) if step else 'nothing'}",
            style="bold",
        ),
        keys_table(answer, now, width=console.width),
        *timeline(answer, now, width=min(console.width, 110), unicode=unicode),
        shown,
        Text("Ctrl-C ends it.", style="dim"),
    )
