"""Signs of life: a bench of minutes says what it does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator

EVERY = 5.0
"""Seconds between two lines about the same thing."""


def say(what: str) -> None:
    """A line about what begins; on the error stream, so that the tables on the other one stay alone."""
    print(f"  {what} ...", file=sys.stderr, flush=True)


def step[T](what: str, rounds: Iterable[T]) -> Iterator[T]:
    """Goes through the rounds, and says every few seconds how far it is."""
    todo, told = list(rounds), time.monotonic()
    say(what)
    for number, one in enumerate(todo):
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            say(f"{what}: round {number + 1} of {len(todo)}")
        yield one
