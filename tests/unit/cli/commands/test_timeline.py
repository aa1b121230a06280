"""Keys as bars: each time of the answer at its place on one axis."""

from __future__ import annotations

from typing import Any

import pytest

from jwx_cli.timeline import timeline

NOW = 1000


def key(state: str, **times: int) -> dict[str, Any]:
    """A key as the function answers it."""
    names = ("activated_at", "signing_ended_at", "retire_not_before")
    return {"kid": state, "alg": "ES256", "state": state, "published_at": 0} | dict.fromkeys(names) | times


def bars(*keys: dict[str, Any], steps: tuple[dict[str, Any], ...] = (), width: int = 42) -> list[str]:
    """The bars alone, a column for each 100 s where the axis ends at 2000."""
    answer = {"keys": list(keys), "steps": list(steps)}
    lines = timeline(answer, NOW, width=width, unicode=False)
    return [line.plain[20:] for line in lines[: len(keys)]]


STEP = {"action": "activate", "kid": "pending", "algorithm": "ES256", "at": 1999}


@pytest.mark.parametrize(
    ("one", "bar"),
    [
        (
            key("retiring", activated_at=200, signing_ended_at=600, retire_not_before=1999),
            "..####----|---------",
        ),
        (key("active", activated_at=500), ".....#####|########->"),
        (key("pending"), "..........|........#>"),
        (key("imported", until=1999), "----------|---------"),
    ],
)
def test_a_life_is_drawn_as_it_was_told(one: dict[str, Any], bar: str) -> None:
    """Waits, signs, signs no more; an end that nobody knows stays open."""
    step = STEP | {"kid": one["kid"] if one["state"] == "pending" else "other"}
    (drawn,) = bars(one, steps=(step,))

    assert drawn == bar


def test_nothing_published_draws_nothing() -> None:
    """An empty axis would tell nothing."""
    assert timeline({"keys": [key("retired")], "steps": []}, NOW, width=80, unicode=True) == []


def test_every_bar_fits() -> None:
    """No terminal breaks a bar in two."""
    answer = {"keys": [key("active", activated_at=0), key("pending")], "steps": [STEP]}
    drawn = timeline(answer, NOW, width=80, unicode=True)

    assert all(len(line.plain) <= 80 for line in drawn[:3])


def test_terminals_without_unicode_get_ascii() -> None:
    """Old terminals show other characters, not an error."""
    answer = {"keys": [key("active", activated_at=0) | {"kid": "k" * 43}], "steps": []}

    assert all(line.plain.isascii() for line in timeline(answer, NOW, width=80, unicode=False))
