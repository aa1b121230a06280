"""`jwx revoke-token`: puts one token on its issuer's list, and waits until the CDN shows the list with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import typer

from jwx.issuer_names import DEFAULT
from jwx.ring.token_revocation import NO_KID
from jwx_cli.commands.inspect import read_token
from jwx_cli.commands.options import Yes
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.given import point_in_time
from jwx_cli.inspector.verdict import Verdict, Wanted, examine
from jwx_cli.session import Session
from jwx_cli.stack import ISSUER_URL
from jwx_cli.tables import show_done, show_warnings
from jwx_cli.withdrawal import refuse_unfinished, wait_for_the_edge
from jwx_cli.words import moment, printable, relative

_BY_NAME = "Give --jti and --expires to have it listed all the same."


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The token that is meant, by what the list holds of it."""

    issuer: str
    jti: str
    expires: int
    about: str = ""


def revoke_token(
    session: Session,
    token: Annotated[
        str | None, typer.Argument(help="The token, or - to read it from standard input.")
    ] = None,
    jti: Annotated[
        str | None, typer.Option("--jti", help="In place of the token: its jti, with --expires.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="When it expires: 2027-01-31T12:00Z, or 1d from now.")
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", "-i", help="With --jti: its issuer's name, default without it."),
    ] = None,
    yes: Yes = False,
    wait: Annotated[
        int, typer.Option("--wait", min=0, help="Seconds to wait until the CDN shows the new list.")
    ] = 120,
) -> None:
    """Have one token refused until it has expired, by every verifier that reads the issuer's list.

    Authorizers do with the parameter DenyList=on. Against all other verifiers only its key can be revoked.
    """
    named = _named(session, token=token, jti=jti, expires=expires, issuer=issuer)
    if not session.as_json:
        _say_what_will_happen(session, named)
    if not yes:
        session.confirm("Revoke this token for ever?")
    with session.waiting("revoking"):
        answer = session.stack.rotation("revoke_token", issuer=named.issuer, jti=named.jti, exp=named.expires)
    if not session.as_json:
        session.console.print("Revoked.", style="bold")
        show_warnings(session.console, answer)
        show_done(session.console, answer["steps"])
    left = wait_for_the_edge(session, named.issuer, NO_KID, seconds=wait)
    if session.as_json:
        session.json(answer | {"unfinished": left})
    refuse_unfinished(left, done="The token is on the list that the origin serves.")
    if not session.as_json:
        session.console.print("It is out: the CDN and the static copy show the list with it.")


def _named(
    session: Session, *, token: str | None, jti: str | None, expires: str | None, issuer: str | None
) -> Named:
    if token is not None:
        if jti or expires or issuer:
            raise CommandFailed(
                "A token says itself what --jti, --expires and --issuer would.", ExitCode.USAGE
            )
        return _of_token(session, read_token(token))
    if jti is None or expires is None:
        raise CommandFailed("Which token? Give it, or - to read it, or --jti and --expires.", ExitCode.USAGE)
    until = point_in_time(expires, session.now(), name="--expires")
    return Named(issuer=issuer or DEFAULT, jti=jti, expires=until)


def _of_token(session: Session, text: str) -> Named:
    """Only a good token: else a made-up one that names another's `jti` could have that one revoked."""
    base = session.stack.output(ISSUER_URL)
    look = partial(
        examine, text, fetch=session.tools.fetch, clock=session.tools.clock, key_state=lambda *_: None
    )
    seen = look(Wanted(issuer=base))
    named = seen.claims.get("iss")
    url = named if isinstance(named, str) and named.startswith(f"{base}/") else base
    kind = seen.header.get("typ")
    verdict = look(Wanted(issuer=url, types=(kind,) if isinstance(kind, str) and kind else ("JWT",)))
    if verdict.reason is not None:
        code = ExitCode.FAILED if verdict.retryable else ExitCode.REFUSED
        raise CommandFailed(
            f"Nothing was changed, the token is not good: {verdict.explanation} {_BY_NAME}", code
        )
    return _read(verdict, issuer=DEFAULT if url == base else url.removeprefix(f"{base}/"))


def _read(verdict: Verdict, *, issuer: str) -> Named:
    claims: dict[str, Any] = verdict.claims
    if "jti" not in claims:
        raise CommandFailed(
            "The token has no jti by which it could be listed: revoke its key.", ExitCode.REFUSED
        )
    about = printable(f"  It is for {claims.get('aud')!r} and about {claims.get('sub')!r}.")
    return Named(issuer=issuer, jti=claims["jti"], expires=math.ceil(claims["exp"]), about=about)


def _say_what_will_happen(session: Session, named: Named) -> None:
    say = partial(session.console.print, soft_wrap=True)
    say(f"token {printable(named.jti)} of the issuer {printable(named.issuer)!r}", style="bold")
    if named.about:
        say(named.about)
    say(f"  It expires {relative(named.expires, session.now())}, at {moment(named.expires)}.")
    say("  Until then whoever reads the issuer's list refuses it: authorizers with DenyList=on, within a")
    say("  minute. All other verifiers take it as before: against these, revoke its key.")
