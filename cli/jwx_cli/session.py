"""What every command gets, and the options that every command takes."""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Concatenate

import typer
from rich.console import Console

from jwx.verification.fetched import Fetch
from jwx.verification.https import fetch_json
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.page import PageHost
from jwx_cli.stack import Functions, Stack
from jwx_cli.target import NO_STACK, Target, chosen
from jwx_cli.words import legible, printable


def connect(target: Target) -> Functions:
    """The real stack. boto3 costs a third of a second, so that it is loaded for this only."""
    from jwx_cli.aws import AwsFunctions

    return AwsFunctions(target)


def connect_page(target: Target) -> PageHost:
    """Where the status page goes."""
    from jwx_cli.aws_page import AwsPageHost

    return AwsPageHost(target)


def terminal(*, stderr: bool = False) -> Console:
    """No colour and no movement unless on a terminal; there, kids and tables need room to stay whole."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=120)
    return console


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The world outside; tests give their own as typer's `obj`."""

    connect: Callable[[Target], Functions] = connect
    connect_page: Callable[[Target], PageHost] = connect_page
    fetch: Fetch = fetch_json
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    console: Callable[[], Console] = terminal
    may_ask: Callable[[], bool] = sys.stdin.isatty


@dataclass(slots=True, kw_only=True)
class Session:
    """One run of one command."""

    tools: Tools
    target: Target | None
    as_json: bool
    console: Console
    _stack: Stack | None = field(default=None, init=False)
    _page_host: PageHost | None = field(default=None, init=False)

    @property
    def stack(self) -> Stack:
        """The stack, reached on first use; a sentence when none was named."""
        if self._stack is None:
            self._stack = Stack(self.tools.connect(self._named()))
        return self._stack

    @property
    def page_host(self) -> PageHost:
        """Where the status page goes, reached on first use."""
        if self._page_host is None:
            self._page_host = self.tools.connect_page(self._named())
        return self._page_host

    def _named(self) -> Target:
        if self.target is None:
            raise CommandFailed(NO_STACK, ExitCode.USAGE)
        return self.target

    def now(self) -> int:
        """Epoch seconds."""
        return int(self.tools.clock())

    def json(self, document: object) -> None:
        """For other programs; ASCII, so that no text of a token can play with a terminal."""
        print(json.dumps(document, indent=2))

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """A sign of life on a terminal, nothing elsewhere."""
        if self.console.is_terminal and not self.as_json:
            with self.console.status(what):
                yield
        else:
            yield

    def confirm(self, question: str) -> None:
        """Go on only after a yes; where nobody can be asked, --yes is needed."""
        if self.as_json or not self.tools.may_ask():
            raise CommandFailed("Nobody can be asked here; give --yes to go on.", ExitCode.USAGE)
        if not typer.confirm(question, err=True):
            raise CommandFailed("Nothing was changed.", ExitCode.NO)


_PANEL = "Which stack"
_SHARED: dict[str, Any] = {
    "stack": Annotated[
        str | None,
        typer.Option("--stack", envvar="JWX_STACK", help="Name of the stack.", rich_help_panel=_PANEL),
    ],
    "region": Annotated[
        str | None, typer.Option("--region", help="As with the AWS CLI.", rich_help_panel=_PANEL)
    ],
    "profile": Annotated[
        str | None, typer.Option("--profile", help="As with the AWS CLI.", rich_help_panel=_PANEL)
    ],
    "local": Annotated[
        bool,
        typer.Option("--local", help="The embedded AWS that 'make up' started.", rich_help_panel=_PANEL),
    ],
    "as_json": Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")],
}
_DEFAULTS: dict[str, Any] = {name: False if name in ("local", "as_json") else None for name in _SHARED}


def with_session[**P](command: Callable[Concatenate[Session, P], None]) -> Callable[..., None]:
    """The command as typer takes it: its own options, then the shared ones; failures become sentences."""

    def run(context: typer.Context, **given: Any) -> None:
        with ending_with_a_sentence():
            shared = {name: given.pop(name) for name in _SHARED}
            as_json = shared.pop("as_json")
            tools = context.obj or Tools()
            stated = context.get_parameter_source("stack")
            if shared["local"] and stated is not None and stated.name == "COMMANDLINE":
                raise CommandFailed("--local and --stack name two stacks; give one of them.", ExitCode.USAGE)
            session = Session(tools=tools, target=chosen(**shared), as_json=as_json, console=tools.console())
            command(session, **given)  # type: ignore[call-arg]

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, annotation=annotation, default=_DEFAULTS[name])
        for name, annotation in _SHARED.items()
    ]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_ONLY, annotation=typer.Context)
    run.__annotations__ = {}
    run.__signature__ = inspect.Signature([context, *own, *shared])  # type: ignore[attr-defined]
    return run


@contextmanager
def ending_with_a_sentence() -> Iterator[None]:
    """No stack trace for what a person can mend."""
    try:
        yield
    except CommandFailed as failed:
        print(f"jwx: {printable(legible(str(failed)))}", file=sys.stderr)
        raise typer.Exit(int(failed.code)) from failed
    except (KeyboardInterrupt, typer.Abort) as stopped:
        print("\njwx: Stopped.", file=sys.stderr)
        raise typer.Exit(int(ExitCode.INTERRUPTED)) from stopped
