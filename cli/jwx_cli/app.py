"""The command line: one file a command, registered here. It asks the functions and decides nothing itself."""

from __future__ import annotations

from typing import Annotated

import typer

from jwx_cli.commands import status
from jwx_cli.exits import EXIT_CODES
from jwx_cli.session import with_session

app = typer.Typer(
    name="jwx",
    help="Look after the signing keys of a jwx-serverless stack, and find out about tokens.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("jwx-serverless"))
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Look after the signing keys of a jwx-serverless stack, and find out about tokens."""


LOOK, CHANGE, TOKENS = "Look", "Change", "Tokens"

app.command(epilog=EXIT_CODES, rich_help_panel=LOOK)(with_session(status.status))
app.command(epilog=EXIT_CODES, rich_help_panel=LOOK)(with_session(status.plan))
