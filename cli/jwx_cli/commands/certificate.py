"""`jwx certificate ...`: from a signing request by way of a CA to a certificate in the JWK Set."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from jwx_cli.commands.options import Issuer, Yes
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.kids import LEAST_PREFIX, key_of
from jwx_cli.session import Session
from jwx_cli.tables import show_done, show_warnings
from jwx_cli.words import moment, relative

Kid = Annotated[str, typer.Argument(help=f"The key, or its first {LEAST_PREFIX} or more characters.")]

_MOST = 256 * 1024
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def request(
    session: Session,
    kid: Kid,
    subject: Annotated[
        str, typer.Option("--subject", "-s", help="Whom it shall name, as 'CN=issuer.example.com,O=Example'.")
    ],
    issuer: Issuer = "default",
) -> None:
    """Print a certificate signing request for a key (PKCS #10, PEM), signed by KMS; it changes nothing."""
    kid = _kid(session, issuer, kid)
    with session.waiting("having KMS sign the request"):
        answer = session.stack.rotation("certificate_request", issuer=issuer, kid=kid, subject=subject)
    if session.as_json:
        session.json(answer)
    else:
        print(answer["certificate_request"], end="")


def attach(
    session: Session,
    kid: Kid,
    chain: Annotated[
        str,
        typer.Option(
            "--chain", "-c", help="A PEM file, the key's own certificate first; - reads standard input."
        ),
    ],
    issuer: Issuer = "default",
) -> None:
    """Publish a certificate chain with a key, in place of one that is there, until its first one expires."""
    certificates = _certificates(chain)
    kid = _kid(session, issuer, kid)
    with session.waiting("publishing the certificates"):
        answer = session.stack.rotation("attach_certificate", issuer=issuer, kid=kid, chain=certificates)
    until = key_of(answer, kid)["certified_until"]
    count = "1 certificate" if len(certificates) == 1 else f"{len(certificates)} certificates"
    when = f"{moment(until)} ({relative(until, session.now())})"
    _show(session, answer, f"{kid} is published with {count} until {when}.")


def remove(session: Session, kid: Kid, issuer: Issuer = "default", yes: Yes = False) -> None:
    """Publish a key without its certificates; the key itself stays."""
    kid = _kid(session, issuer, kid)
    if not yes:
        session.confirm(f"Publish {kid} without its certificates?")
    with session.waiting("taking the certificates away"):
        answer = session.stack.rotation("attach_certificate", issuer=issuer, kid=kid, chain=[])
    _show(session, answer, f"{kid} is published without certificates.")


def _kid(session: Session, issuer: str, kid: str) -> str:
    return str(key_of(session.stack.rotation("status", issuer=issuer), kid)["kid"])


def _show(session: Session, answer: dict[str, Any], sentence: str) -> None:
    if session.as_json:
        session.json(answer)
        return
    session.console.print(sentence, soft_wrap=True)
    show_warnings(session.console, answer)
    show_done(session.console, answer["steps"])


def _certificates(path: str) -> list[str]:
    """The PEM blocks of a file as a CA gives it; what is in them is the function's business."""
    try:
        text = sys.stdin.read(_MOST) if path == "-" else Path(path).read_text("utf-8")
    except OSError as error:
        raise CommandFailed(f"--chain: {error.filename}: {error.strerror}.", ExitCode.USAGE) from error
    except ValueError:  # DER is no text
        text = ""
    if not (blocks := _BLOCK.findall(text)):
        raise CommandFailed(
            "--chain: there is no certificate in PEM. Of one in DER, "
            "'openssl x509 -inform der -in FILE' makes one.",
            ExitCode.USAGE,
        )
    return blocks
