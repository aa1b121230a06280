"""Keys, steps and issuers as tables: plain columns, kids never cut, times relative and absolute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from jwx_cli.timeline import timeline
from jwx_cli.words import STEPS, due, duration, moment, relative, step_words

WIDE: Final = 100
"""Columns that a table with a kid in it needs."""

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
_NEXT: Final = {
    "activate": "signs",
    "retire": "leaves",
    "expire": "leaves",
    "delete": "deleted in KMS",
    "copy": "its certificate expires",
}
_GONE: Final = frozenset({"deleted", "revoked", "retired", "expired"})


def plain_table(*columns: str) -> Table:
    """Columns without a frame, which copy and paste well and survive any character set."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column, overflow="fold", no_wrap=column in ("key", "state", "alg", "since", "signs with")
        )
    return table


def told(answer: Mapping[str, Any], *, everything: bool) -> list[Mapping[str, Any]]:
    """The keys worth a line: those that are deleted in KMS are only remembered."""
    return [key for key in answer["keys"] if everything or key.get("deleted_at") is None]


def keys_table(
    answer: Mapping[str, Any], now: int, *, width: int, everything: bool = False
) -> RenderableType:
    """The keys, the published ones first; on a narrow terminal two lines each, for no kid is ever cut."""
    keys = sorted(told(answer, everything=everything), key=lambda key: key["state"] in _GONE)
    if width < WIDE:
        lines = [line for key in keys for line in _two_lines(key, answer, now)]
        return Group(*(Text.assemble(*line, overflow="fold") for line in lines))
    table = plain_table("state", "alg", "key", "since", "next")
    for key in keys:
        table.add_row(_state(key), key["alg"], key["kid"], _since(key, now), next_of(key, answer, now))
    return table


def _two_lines(key: Mapping[str, Any], answer: Mapping[str, Any], now: int) -> Iterator[list[Text | str]]:
    yield [_state(key), f" {key['alg']} {key['kid']}"]
    yield [f"  {'; '.join(part for part in (_since(key, now), next_of(key, answer, now)) if part)}"]


def _state(key: Mapping[str, Any]) -> Text:
    return Text(key["state"], STATES.get(key["state"], "dim"))


def _since(key: Mapping[str, Any], now: int) -> str:
    since = key.get(_SINCE.get(key["state"], "created_at"))
    return "" if since is None else relative(since, now)


def next_of(key: Mapping[str, Any], answer: Mapping[str, Any], now: int) -> str:
    """What the plan has for a key; the active one waits for its successor's step."""
    steps = [step for step in answer["steps"] if step["kid"] == key["kid"]]
    if steps:
        words = _NEXT.get(steps[0]["action"]) or step_words(steps[0])
        return f"{words} {due(steps[0]['at'], now)}"
    successor = (s for s in answer["steps"] if s["action"] == "activate" and s["algorithm"] == key["alg"])
    if key["state"] == "active" and (step := next(successor, None)):
        return f"successor {due(step['at'], now)}"
    if key["state"] == "pending" and key["activate_not_before"]:
        return f"may sign {due(key['activate_not_before'], now)}"
    return ""


def show_plan(console: Console, steps: Iterable[Mapping[str, Any]], now: int) -> None:
    """What is to come: when, what, about which key or algorithm, and why."""
    for step in steps:
        console.print(Text(f"{due(step['at'], now):<15} ").append(_step_line(step)), soft_wrap=True)
        console.print(f"{'':<15} {moment(step['at'])}; {step['reason']}", style="dim", soft_wrap=True)


def show_done(console: Console, steps: Iterable[Mapping[str, Any]]) -> None:
    """What was done, in its order."""
    for step in steps:
        console.print(Text("done  ", style="green").append(_step_line(step)), soft_wrap=True)


def _step_line(step: Mapping[str, Any]) -> Text:
    about = step["kid"] or step["algorithm"] or ""
    return Text(f"{step_words(step):<41} {about}".rstrip(), style="default")


def show_issuer(console: Console, answer: Mapping[str, Any], url: str, now: int, *, everything: bool) -> None:
    """All about one issuer: what it is, its keys, its timeline."""
    console.print(Text.assemble((answer["issuer"], "bold"), f"  {url}"), soft_wrap=True)
    console.print(_condition(answer, now), style="dim", soft_wrap=True)
    if told(answer, everything=everything):
        console.print()
        console.print(keys_table(answer, now, width=console.width, everything=everything))
    if hidden := len(answer["keys"]) - len(told(answer, everything=everything)):
        console.print(f"{hidden} more are deleted; --all lists them", style="dim")
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
    """The function's own words; a step that is not done yet is no trouble, for the next run does it."""
    for warning in answer.get("warnings", []):
        action, _, why = warning.partition(": ")
        if action in STEPS:
            console.print(
                f"Not yet: {STEPS[action]} ({why}). The next run goes on.", style="yellow", soft_wrap=True
            )
        else:
            console.print(f"Warning: {warning}", style="bold yellow", soft_wrap=True)
