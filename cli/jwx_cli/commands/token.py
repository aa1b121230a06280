"""`jwx token`: have one token signed, to try things out."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from jwx_cli.commands.options import Issuer
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.session import Session


def token(
    session: Session,
    subject: Annotated[str | None, typer.Option("--sub", help="Who it is about.")] = None,
    audience: Annotated[list[str] | None, typer.Option("--aud", help="For whom; may be repeated.")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Scopes, with spaces between.")] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", "-c", help="Another claim, as NAME=VALUE; VALUE is JSON, else a string."),
    ] = None,
    issuer: Issuer = "default",
    algorithm: Annotated[
        str | None, typer.Option("--algorithm", "-a", help="The issuer's first without it.")
    ] = None,
    expires_in: Annotated[int | None, typer.Option("--expires-in", help="Seconds.")] = None,
    typ: Annotated[str | None, typer.Option("--typ", help="at+jwt without it.")] = None,
) -> None:
    """Sign one token and print it: `jwx token --sub svc-1 --aud api://orders | jwx inspect -`."""
    claims: dict[str, Any] = dict(_claim(each) for each in claim or [])
    named = {"sub": subject, "aud": _one_or_many(audience), "scope": scope}
    claims |= {name: value for name, value in named.items() if value is not None}
    options = {"algorithm": algorithm, "expires_in": expires_in, "typ": typ}
    given = {name: value for name, value in options.items() if value is not None}
    answer = session.stack.sign({"claims": claims, "issuer": issuer, **given})
    if session.as_json:
        session.json(answer)
    else:
        print(answer["token"])


def _one_or_many(values: list[str] | None) -> str | list[str] | None:
    return values[0] if values and len(values) == 1 else values or None


def _claim(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CommandFailed(f"--claim: {text!r} is not NAME=VALUE.", ExitCode.USAGE)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
