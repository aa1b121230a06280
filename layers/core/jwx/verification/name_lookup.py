"""Host names to addresses, within the time that is left.

`getaddrinfo` knows no time-out: while no name server answers it can hold its caller for half a minute. So it
runs in a thread, and who asked waits for it up to the deadline and no longer. A thread that is given up is
left to end by itself; until then it is the only one for its host, and later fetches wait for it too. Nothing
is remembered: with each connection the name is asked for anew, as the operating system would have it.
"""

from __future__ import annotations

import socket
from _thread import allocate_lock, start_new_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwx.verification.deadline import Deadline


class _Question:
    """One look-up under way; `done` is locked until it is over."""

    __slots__ = ("addresses", "done", "failure")

    def __init__(self) -> None:
        self.addresses: list[Any] = []
        self.failure: Exception | None = None
        self.done = allocate_lock()
        self.done.acquire()


class NameLookup:
    """Asks `lookup`; one instance serves all threads."""

    def __init__(self, lookup: Callable[..., list[Any]] = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._under_way: dict[tuple[str, int], _Question] = {}
        self._changing = allocate_lock()

    def __call__(self, host: str, port: int, deadline: Deadline) -> list[Any]:
        """As `getaddrinfo` for streams; TimeoutError when the answer does not come in time."""
        question, is_ours = self._ask(host, port)
        if not question.done.acquire(timeout=deadline.require()):
            raise TimeoutError("no address in time")
        question.done.release()  # for whoever else is waiting
        if question.failure is None:
            return question.addresses
        if is_ours:
            raise question.failure
        # Asked for by another fetch, maybe long ago and with the process frozen since: no news of today.
        return self(host, port, deadline)

    def _ask(self, host: str, port: int) -> tuple[_Question, bool]:
        with self._changing:
            question = self._under_way.get((host, port))
            if question is not None:
                return question, False
            question = _Question()
            try:
                start_new_thread(self._answer, (host, port, question))
            except RuntimeError as error:
                raise OSError("no thread to look the name up in") from error
            self._under_way[host, port] = question
            return question, True

    def _answer(self, host: str, port: int, question: _Question) -> None:
        try:
            question.addresses = self._lookup(host, port, type=socket.SOCK_STREAM)
        except Exception as error:  # whoever waits raises it
            question.failure = error
        finally:
            with self._changing:
                del self._under_way[host, port]
            question.done.release()
