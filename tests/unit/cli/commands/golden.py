"""Whole outputs as files: what a person sees at a width of 100, with kids named A, B, C by their age."""

from __future__ import annotations

from pathlib import Path
from string import ascii_uppercase

from tests.unit.cli.commands.people import Person

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> str:
    """The expected output."""
    return (GOLDEN / f"{name}.txt").read_text("utf-8")


def with_named_keys(person: Person, text: str) -> str:
    """The output with each kid, whole or cut replaced by as many of one letter; no space ends a line."""
    keys = [key for ring in person.world.store.rings.values() for key in ring.keys]
    ordered = sorted(keys, key=lambda key: (key.created_at, key.kid))
    for letter, key in zip(ascii_uppercase, ordered, strict=False):
        text = text.replace(key.kid, letter * len(key.kid)).replace(key.kid[:9], letter * 9)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
