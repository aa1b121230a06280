"""The command line: one file a command, registered here. It asks the functions and decides nothing itself."""

from __future__ import annotations

from typing import Annotated

import typer

from jwx_cli.commands import (
    certificate,
    inspect,
    issuer,
    lint,
    publish_page,
    revoke,
    revoke_token,
    rotate,
    status,
    token,
    watch,
)
from jwx_cli.exits import EXIT_CODES
from jwx_cli.kids import TakesKids
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
_PANELS = {
    LOOK: (status.status, status.plan, watch.watch),
    CHANGE: (rotate.rotate, publish_page.publish_page),
    TOKENS: (token.token, inspect.inspect),
}
for _panel, _commands in _PANELS.items():
    for _command in _commands:
        app.command(epilog=EXIT_CODES, rich_help_panel=_panel)(with_session(_command))
app.command(epilog=EXIT_CODES, rich_help_panel=CHANGE, cls=TakesKids)(with_session(revoke.revoke))
app.command(epilog=EXIT_CODES, rich_help_panel=CHANGE)(with_session(revoke_token.revoke_token))

_issuers = typer.Typer(help="Make, change, delete and list issuers.", no_args_is_help=True)
_issuers.command("list", epilog=EXIT_CODES)(with_session(issuer.list_issuers))
_issuers.command("create", epilog=EXIT_CODES)(with_session(issuer.create))
_issuers.command("update", epilog=EXIT_CODES)(with_session(issuer.update))
_issuers.command("delete", epilog=EXIT_CODES)(with_session(issuer.delete))
app.add_typer(_issuers, name="issuer", rich_help_panel=CHANGE)

_keys = typer.Typer(help="Bring in another issuer's keys.", no_args_is_help=True)
_keys.command("import", epilog=EXIT_CODES)(with_session(issuer.import_key))
app.add_typer(_keys, name="key", rich_help_panel=CHANGE)

_certificates = typer.Typer(
    help="Have a CA certify a key, and publish its certificate chain.", no_args_is_help=True
)
for _verb in (certificate.request, certificate.attach, certificate.remove):
    _certificates.command(epilog=EXIT_CODES, cls=TakesKids)(with_session(_verb))
app.add_typer(_certificates, name="certificate", rich_help_panel=CHANGE)
app.command(name="lint", rich_help_panel=LOOK)(lint.lint_command)
