"""What the local environment says on the terminal: steps that take time, and checks that must hold."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Reporter:
    """Plain lines without colour when the output is no terminal: rich sees to that."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._started = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step that takes time: named at once, with a spinner on a terminal, and its seconds at the end."""
        started = time.monotonic()
        if not self._console.is_terminal:
            self._console.print(f"{self._clock()} {name} ...")
        with self._console.status(name):
            yield
        self._console.print(f"{self._clock()} {name} [dim]took {time.monotonic() - started:.1f} s[/dim]")

    def chapter(self, title: str) -> None:
        self._console.print(f"\n[bold]{title}[/bold]")

    def holds(self, sentence: str) -> None:
        """A check that was made and held."""
        self._console.print(f"{self._clock()} [green]ok[/green]    {sentence}")

    def fails(self, sentence: str) -> None:
        self._console.print(f"{self._clock()} [red]FAILED[/red] {sentence}")

    def say(self, text: str = "") -> None:
        self._console.print(text, markup=False)

    def _clock(self) -> str:
        return f"[dim]{time.monotonic() - self._started:6.1f} s[/dim]"
