"""`jwx revoke`: what will happen, the verb, what it did, and the wait until the CDN has forgotten the key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import typer

from jwx_cli.commands.options import Issuer, Yes
from jwx_cli.commands.rotate import waiting_standby
from jwx_cli.kids import LEAST_PREFIX, key_of
from jwx_cli.progress import with_progress
from jwx_cli.session import Session
from jwx_cli.tables import show_changes, show_done
from jwx_cli.withdrawal import refuse_unfinished, steps_left, wait_for_the_edge
from jwx_cli.words import step_words


def revoke(
    session: Session,
    kid: Annotated[str, typer.Argument(help=f"The key, or its first {LEAST_PREFIX} or more characters.")],
    reason: Annotated[str | None, typer.Option("--reason", "-r", help="Why; kept with the key.")] = None,
    issuer: Issuer = "default",
    force: Annotated[
        bool,
        typer.Option("--force", help="Let the next key sign at once, ready or not, if no standby is ready."),
    ] = False,
    yes: Yes = False,
    wait: Annotated[
        int, typer.Option("--wait", min=0, help="Seconds to wait until the CDN has forgotten the key.")
    ] = 120,
) -> None:
    """Take a key out for ever: no cache of ours serves it, KMS does not sign with it, it never comes back."""
    before = session.stack.rotation("status", issuer=issuer)
    key = key_of(before, kid)
    if not session.as_json:
        _say_what_will_happen(session, before, key, force=force)
    if not yes:
        session.confirm("Revoke it for ever?")
    fields = {"issuer": issuer, "kid": key["kid"], "reason": reason, "force": force or None}
    after = with_progress(
        session,
        lambda: session.stack.rotation("revoke", **fields),
        doing="revoking",
        look=lambda: _at_work(session, issuer, key["kid"]),
    )
    if not session.as_json:
        session.console.print("Revoked.", style="bold")
        show_changes(session.console, before, after)
        show_done(session.console, after["steps"])
    left = wait_for_the_edge(session, issuer, key["kid"], seconds=wait)
    if session.as_json:
        session.json(after | {"unfinished": left})
    _conclude(session, left)


def _conclude(session: Session, left: list[dict[str, Any]]) -> None:
    refuse_unfinished(left, done="The key is revoked and no longer published by the origin.")
    if not session.as_json:
        session.console.print("It is out: KMS, the CDN, the static copy and the public URL were all seen to.")


def _say_what_will_happen(
    session: Session, answer: Mapping[str, Any], key: Mapping[str, Any], *, force: bool
) -> None:
    say, now = partial(session.console.print, soft_wrap=True), session.now()
    say(f"{key['alg']} {key['kid']}", style="bold")
    say(f"  is {key['state']}. Revoked, it leaves the JWK Set at once and its tokens are refused as")
    say("  soon as each cache has expired; our authorizer refuses them within a minute.")
    if key["state"] != "active":
        say("  It signs nothing now, so that no signer is affected.")
        return
    standby = [k for k in answer["keys"] if k["state"] == "pending" and k["alg"] == key["alg"]]
    ready = [k for k in standby if (k["activate_not_before"] or now + 1) <= now]
    wait = waiting_standby(answer, key["alg"], now)
    if ready:
        say(f"  It signs now. The standby {ready[0]['kid']} signs in its place at once.", soft_wrap=True)
    elif force:
        say(f"  It signs now. The next key is forced{wait}: until then clients may refuse it.")
    else:
        say(f"  It signs now and no standby is ready{wait}: until then {key['alg']} is not signed.")


def _at_work(session: Session, issuer: str, kid: str) -> str:
    """What the run is at, for the spinner."""
    left = steps_left(session, issuer, kid)
    return f"revoked; now: {step_words(left[0])}" if left else "revoked; now: the successor's successor"
