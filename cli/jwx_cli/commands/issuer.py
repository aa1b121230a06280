"""`jwx issuer ...` and `jwx key import`: the verbs about issuers, and the one that helps to migrate."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jwx_cli.commands.options import Issuer, Yes
from jwx_cli.given import json_object, point_in_time
from jwx_cli.session import Session
from jwx_cli.tables import keys_table, show_warnings
from jwx_cli.words import moment

Name = Annotated[str, typer.Argument(help="Name of the issuer.")]
Policy = Annotated[
    str,
    typer.Option(
        "--policy",
        "-p",
        help='JSON of the fields that differ, like \'{"algorithms": ["ES256"]}\'; @FILE reads a file, '
        "@- standard input.",
    ),
]


def list_issuers(session: Session) -> None:
    """List the names of all issuers, those of deleted ones included."""
    names = list(session.stack.issuers())
    if session.as_json:
        session.json({"issuers": names})
        return
    for name in names:
        session.console.print(name)


def create(session: Session, name: Name, policy: Policy = "{}") -> None:
    """Make an issuer with its first keys; fields that are not given come from the stack's default policy."""
    given = json_object(policy, "--policy")
    with session.waiting("making the first keys"):
        answer = session.stack.rotation("create_issuer", issuer=name, policy=given)
    _show(session, answer, f"The issuer {name!r} is made.")


def update(session: Session, name: Name, policy: Policy) -> None:
    """Change the given fields of an issuer's policy; algorithms may come and go."""
    given = json_object(policy, "--policy")
    with session.waiting("changing the policy"):
        answer = session.stack.rotation("update_policy", issuer=name, policy=given)
    _show(session, answer, f"The policy of {name!r} is changed.")


def delete(session: Session, name: Name, yes: Yes = False) -> None:
    """Stop signing for an issuer now; its keys stay published until their last token has expired."""
    if not yes:
        session.confirm(f"Stop signing for {name!r} and delete it with all its keys?")
    with session.waiting("deleting"):
        answer = session.stack.rotation("delete_issuer", issuer=name)
    _show(session, answer, f"{name!r} signs nothing any more; its keys leave by themselves.")


def import_key(
    session: Session,
    jwk: Annotated[
        str, typer.Argument(help="The public key as JSON; @FILE reads a file, @- standard input.")
    ],
    until: Annotated[
        str, typer.Option("--until", help="When it leaves again: 2027-01-31, 2027-01-31T12:00Z or 90d.")
    ],
    issuer: Issuer = "default",
) -> None:
    """Publish another issuer's public key beside ours until a given time: the way to migrate."""
    given, leaves = json_object(jwk, "JWK"), point_in_time(until, session.now(), name="--until")
    with session.waiting("importing"):
        answer = session.stack.rotation("import_key", issuer=issuer, jwk=given, until=leaves)
    _show(session, answer, f"It is published until {moment(leaves)}.")


def _show(session: Session, answer: dict[str, Any], sentence: str) -> None:
    if session.as_json:
        session.json(answer)
        return
    session.console.print(sentence)
    show_warnings(session.console, answer)
    _show_keys(session, answer["issuer"])


def _show_keys(session: Session, issuer: str) -> None:
    """What is there now; a verb's own answer tells what it did and not what is to come."""
    planned = session.stack.rotation("plan", issuer=issuer)
    if planned["keys"]:
        session.console.print(keys_table(planned, session.now(), width=session.console.width))
