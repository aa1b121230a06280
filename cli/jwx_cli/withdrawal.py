"""The wait until everybody has forgotten what was revoked: the CDN, the static copy, the public URL."""

from __future__ import annotations

from typing import Any, Final

from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.session import Session
from jwx_cli.words import duration, step_words

WITHDRAWAL: Final = frozenset(
    {"disable_revoked", "tag_revoked", "invalidate", "invalidate_again", "confirm_absence", "copy"}
)
"""Steps of the plan that a revocation waits for."""

PAUSE: Final = 2


def steps_left(session: Session, issuer: str, kid: str) -> list[dict[str, Any]]:
    """The steps of the revocation that the plan still has."""
    answer = session.stack.rotation("plan", issuer=issuer)
    return [s for s in answer["steps"] if s["action"] in WITHDRAWAL and s["kid"] in (kid, None)]


def wait_for_the_edge(session: Session, issuer: str, kid: str, *, seconds: int) -> list[dict[str, Any]]:
    """Let runs, like those of the schedule, finish what is open; answers what still is."""
    give_up = session.now() + seconds
    while True:
        left = steps_left(session, issuer, kid)
        if not left or session.now() >= give_up:
            return left
        with session.waiting(f"{step_words(left[0])}, {duration(give_up - session.now())} left"):
            session.tools.sleep(PAUSE)
            session.stack.rotation("reconcile", issuer=issuer)


def refuse_unfinished(left: list[dict[str, Any]], *, done: str) -> None:
    """What was not waited for to its end is a failure that the scheduled runs mend."""
    if left:
        open_steps = ", ".join(step_words(step) for step in left)
        raise CommandFailed(
            f"{done} Not finished yet: {open_steps}. "
            "The scheduled runs go on with it; 'jwx watch' shows them.",
            ExitCode.FAILED,
        )
