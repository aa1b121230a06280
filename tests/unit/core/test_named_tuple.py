"""The lean named tuple is to its users what Python's own is."""

from __future__ import annotations

import subprocess
import sys
import typing

import pytest

from jwx.named_tuple import NamedTuple


class Lean(NamedTuple):
    """A value."""

    first: NotEvenAName  # type: ignore[name-defined]  # noqa: F821
    second: int = 2
    """Told to readers."""

    @property
    def both(self) -> str:
        """Of the two."""
        return f"{self.first}{self.second}"

    def with_second(self, second: int) -> Lean:
        """Another one."""
        return self._replace(second=second)


class Box[Content](NamedTuple):
    """A generic value."""

    content: Content


class Own(typing.NamedTuple):
    """A value."""

    first: str
    second: int = 2


def test_it_is_a_tuple_with_names_defaults_and_methods() -> None:
    """And shows itself as Python's own does."""
    lean, own = Lean("a"), Own("a")
    assert tuple(lean) == tuple(own) == ("a", 2)
    assert repr(lean) == repr(own).replace("Own", "Lean")
    assert (lean.first, lean.second, lean.both) == ("a", 2, "a2")
    assert lean.with_second(3) == Lean(first="a", second=3)
    assert (Lean._fields, Lean._field_defaults) == (Own._fields, Own._field_defaults)
    assert (Lean.__doc__, Lean.__module__, Lean.__qualname__) == ("A value.", __name__, "Lean")
    assert Box([1]).content == [1]


def test_it_is_frozen_and_wants_its_fields() -> None:
    """A value is what it was made as."""
    with pytest.raises(AttributeError):
        Lean("a").first = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Lean()  # type: ignore[call-arg]


def test_it_compiles_no_annotation() -> None:
    """That is the saving: `NotEvenAName` above stays text."""
    assert Lean.__annotations__ == {"first": "NotEvenAName", "second": "int"}


def test_the_authorizer_makes_all_its_values_so() -> None:
    """One of the other kind costs as much as importing a module."""
    script = (
        "import sys, typing\n"
        "def costly(*_): raise AssertionError('typing.NamedTuple')\n"
        "typing.NamedTuple.__mro_entries__ = costly\n"
        "import functions.authorizer.app\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
