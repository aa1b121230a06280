"""The fuzz targets hold on their seeds and on thousands of small changes; `make fuzz` goes further."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.corpus import seeds
from tests.fuzz.targets import TARGETS

ROUNDS = 40
_SPLICES = (b'"', b"\\", b"{", b"}", b"[", b"*", b"/", b"%", b"\n", b"\0", b".", b"-1e9", b"null", b"\xff")


def _changed(data: bytes, dice: random.Random) -> bytes:
    """A byte or a piece put in, taken out, doubled or replaced."""
    place = dice.randrange(len(data) + 1)
    end = min(len(data), place + dice.choice((0, 1, 1, 4, 40)))
    piece = dice.choice((b"", *_SPLICES, bytes([dice.randrange(256)]), data[place:end] * 2))
    return data[:place] + piece + data[end:]


@pytest.mark.parametrize("name", TARGETS)
def test_no_promise_is_broken(name: str) -> None:
    """One to four changes at once, the same in each run."""
    dice = random.Random(name)  # noqa: S311 - not a secret
    for seed in seeds(name):
        TARGETS[name](seed)
        for _ in range(ROUNDS):
            data = seed
            for _ in range(dice.randint(1, 4)):
                data = _changed(data, dice)
            TARGETS[name](data)


def test_a_broken_promise_is_seen() -> None:
    """The targets can fail: one whose parser raises something else is not passed over."""
    with pytest.raises(AttributeError):
        TARGETS["tokens"]("text instead of bytes")  # type: ignore[arg-type]
