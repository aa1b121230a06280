"""Keys, steps and issuers as tables: plain columns, kids never cut, times relative and absolute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jwx_cli.timeline import timeline
from jwx_cli.words import duration, moment, relative, step_words

STATES: Final = {
    "active": "bold green",
    "pending": "cyan",
    "retiring": "yellow",
    "imported": "magenta",
    "revoked": "bold red",
}
_SINCE: Final = {
    "pending": "published_at",
    "active": "activated_at",
    "retiring": "signing_ended_at",
    "retired": "retired_at",
    "revoked": "revoked_at",
    "imported": "published_at",
    "expired": "until",
    "deleted": "deleted_at",
}
_GONE: Final = frozenset({"deleted", "revoked", "retired", "expired"})


def plain_table(*columns: str) -> Table:
    """Columns without a frame, which copy and paste well and survive any character set."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("key", "state", "alg", "when"))
    return table


def keys_table(answer: Mapping[str, Any], now: int) -> Table:
    """Every key that is told of, the published ones first."""
    table = plain_table("state", "alg", "key", "since", "next")
    for key in sorted(answer["keys"], key=lambda key: key["state"] in _GONE):
        state = key["state"]
        since = key.get(_SINCE.get(state, "created_at"))
        table.add_row(
            Text(state, STATES.get(state, "dim")),
            key["alg"],
            key["kid"],
            "" if since is None else relative(since, now),
            next_of(key, answer, now),
        )
    return table


def next_of(key: Mapping[str, Any], answer: Mapping[str, Any], now: int) -> str:
    """What the plan has for a key; the active one waits for its successor's step."""
    steps = [step for step in answer["steps"] if step["kid"] == key["kid"]]
    if steps:
        return f"{step_words(steps[0])} {_due(steps[0], now)}"
    successor = (s for s in answer["steps"] if s["action"] == "activate" and s["algorithm"] == key["alg"])
    if key["state"] == "active" and (step := next(successor, None)):
        return f"its standby takes over {_due(step, now)}"
    if key["state"] == "pending" and key["activate_not_before"]:
        return f"may sign {_due({'at': key['activate_not_before']}, now)}"
    return ""


def steps_table(steps: Iterable[Mapping[str, Any]], now: int) -> Table:
    """A plan, or what was done."""
    table = plain_table("when", "", "what", "key", "why")
    for step in steps:
        about = step["kid"] or step["algorithm"] or ""
        table.add_row(moment(step["at"]), _due(step, now), step_words(dict(step)), about, step["reason"])
    return table


def _due(step: Mapping[str, Any], now: int) -> str:
    return "now" if step["at"] <= now else relative(step["at"], now)


def show_issuer(console: Console, answer: Mapping[str, Any], url: str, now: int) -> None:
    """All about one issuer: what it is, its keys, its timeline."""
    console.print(Text.assemble((answer["issuer"], "bold"), f"  {url}"), soft_wrap=True)
    console.print(_condition(answer, now), style="dim", soft_wrap=True)
    if answer["keys"]:
        console.print()
        console.print(keys_table(answer, now))
    unicode = console.encoding.lower().startswith("utf")
    if lines := timeline(answer, now, width=min(console.width, 110), unicode=unicode):
        console.print()
        for line in lines:
            console.print(line, no_wrap=True, crop=False)


def _condition(answer: Mapping[str, Any], now: int) -> str:
    if answer.get("deleted_at") is not None:
        return f"deleted {relative(answer['deleted_at'], now)}"
    if answer.get("deleting_since") is not None:
        return f"being deleted since {duration(now - answer['deleting_since'])}; it signs nothing any more"
    if not answer["version"]:
        return "not made yet: the next run makes it"
    policy = answer["policy"]
    return (
        f"signs with {', '.join(policy['algorithms'])}; each key for {duration(policy['rotation_period'])}, "
        f"tokens live up to {duration(policy['max_token_lifetime'])}"
    )


def show_changes(console: Console, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """How states of keys differ between two answers, and what the function warns of."""
    states = {key["kid"]: key["state"] for key in before["keys"]}
    for key in after["keys"]:
        old, new = states.get(key["kid"]), key["state"]
        if old != new:
            line = Text(f"{key['alg']:<9} {key['kid']}  ").append(f"{old} -> " if old else "new: ")
            console.print(line.append(new, STATES.get(new, "dim")), soft_wrap=True)
    show_warnings(console, after)


def show_warnings(console: Console, answer: Mapping[str, Any]) -> None:
    """The function's own words."""
    for warning in answer.get("warnings", []):
        console.print(f"Warning: {warning}", style="bold yellow", soft_wrap=True)
