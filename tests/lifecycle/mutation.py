"""The product with one rule of its protocol removed, each: a checker that never fails would prove nothing.

A mutant is a change of the product's own code. There is no argument for "forget to wait", and there must
not be one; so this, alone among the tests, replaces attributes of the product's modules for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

type Change = tuple[object, str, Any]
"""Whose attribute, which one, and what it is for a moment."""


@contextmanager
def mutated(*changes: Change) -> Iterator[None]:
    """The product with those attributes replaced."""
    before = [(owner, name, owner.__dict__[name]) for owner, name, _ in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)
