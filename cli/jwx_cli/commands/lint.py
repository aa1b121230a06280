"""`lint URL`: judges an issuer's key set and discovery documents."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from jwx_cli.linter.fetching import FetchError, is_http_url
from jwx_cli.linter.findings import Finding, Severity
from jwx_cli.linter.lint import Report, lint

FOUND_ERRORS: Final = 1
CANNOT_TELL: Final = 2
_COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}


def lint_command(
    url: Annotated[
        str,
        typer.Argument(help="An issuer, a discovery document or a JWK Set: which one, it finds out."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """Judge what an issuer publishes: key sets, discovery documents, how they are served.

    Certificates are checked against those that the system trusts; SSL_CERT_FILE names others.

    Exit code: 0 when there is no error (warnings and hints may be), 1 when there are errors,
    2 when the URL makes no sense or nobody answers there.
    """
    if not is_http_url(url):
        _give_up(f"{url!a} is no http or https URL.")
    try:
        report = lint(url)
    except FetchError as error:
        _give_up(f"Cannot fetch {url!a}: {error}.")
    if as_json:
        typer.echo(json.dumps(report_as_json(report), indent=2))
    else:
        _print(report)
    raise typer.Exit(FOUND_ERRORS if report.count(Severity.ERROR) else 0)


def report_as_json(report: Report) -> dict[str, object]:
    """The members are a contract."""
    return {
        "url": report.url,
        "documents": [{"url": url, "kind": kind.value} for url, kind in report.documents.items()],
        "findings": [finding.as_json() for finding in _by_weight(report)],
        "summary": {severity.value: report.count(severity) for severity in Severity},
    }


def _by_weight(report: Report) -> list[Finding]:
    weights = list(Severity)
    return sorted(report.findings, key=lambda finding: weights.index(finding.rule.severity))


def _give_up(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(CANNOT_TELL)


def _print(report: Report) -> None:
    """Coloured on a terminal only. Plain `Text`: what a document says is no markup."""
    console = Console(soft_wrap=True, highlight=False)
    for url, kind in report.documents.items():
        console.print(Text(f"{kind.value:27} {url}", style="dim"))
    for finding in _by_weight(report):
        rule = finding.rule
        console.print(
            Text.assemble(
                (f"{rule.severity.value:8}", _COLOURS[rule.severity]),
                (f"{rule.code}  ", "bold"),
                f"{finding.where}: {finding.message}\n",
                (f"        {rule.title} ({rule.reference})", "dim"),
            )
        )
    console.print(Text(", ".join(_counted(report.count(each), each.value) for each in Severity)))


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
