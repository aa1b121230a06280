"""Concurrent runs whose calls to AWS take turns as a schedule says, so that each race can be repeated.

Each run is a thread, and only the one that holds the baton moves. The baton changes hands right before a
call, which is where runs on different machines can overtake each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from jwx.errors import JwxError
from tests.fakes.calls import Calls
from tests.lifecycle.faults import Crash

type Turn = tuple[int, int]
"""Which run moves, and for how many calls."""

_PATIENCE: Final = 30


class Interleaving:
    """Runs functions by turns. When the schedule is over, they finish one after the other."""

    def __init__(self, calls: Calls, turns: Iterable[Turn]) -> None:
        self._calls = calls
        self._turns: Iterator[Turn] = iter(turns)
        self._left = 0
        self._batons: list[threading.Semaphore] = []
        self._alive: set[int] = set()
        self.switches = 0
        """How often a run had to wait in its midst for another."""
        self._here = threading.local()
        self._errors: list[BaseException] = []

    def run(self, *runs: Callable[[], object]) -> None:
        """Until all are done. What the product raises is as good as any end of a run."""
        self._batons = [threading.Semaphore(0) for _ in runs]
        self._alive = set(range(len(runs)))
        threads = [
            threading.Thread(target=self._one, args=(number, run), daemon=True)
            for number, run in enumerate(runs)
        ]
        before, self._calls.before = self._calls.before, self._at_call
        self._then = before
        try:
            for thread in threads:
                thread.start()
            self._pass_on()
            for thread in threads:
                thread.join(_PATIENCE)
        finally:
            self._calls.before = before
        if any(thread.is_alive() for thread in threads):
            raise AssertionError("a run hangs")
        if self._errors:
            raise self._errors[0]

    def _one(self, number: int, run: Callable[[], object]) -> None:
        self._here.number = number
        self._batons[number].acquire()
        try:
            run()
        except (JwxError, Crash):
            pass
        except BaseException as error:  # told to the thread that waits
            self._errors.append(error)
        finally:
            self._alive.discard(number)
            self._pass_on()

    def _at_call(self, call: str) -> None:
        number = getattr(self._here, "number", None)
        if number is not None:
            while self._left == 0 and len(self._alive) > 1:
                self.switches += 1
                self._pass_on()
                self._batons[number].acquire()
            self._left -= 1
        self._then(call)

    def _pass_on(self) -> None:
        """To the next turn's run; once there are no more turns, to whoever is left."""
        for number, calls in self._turns:
            if number in self._alive and calls > 0:
                self._left = calls
                self._batons[number].release()
                return
        if self._alive:
            self._left = -1
            self._batons[min(self._alive)].release()
