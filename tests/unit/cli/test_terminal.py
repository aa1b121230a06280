"""The console that all commands write to."""

from __future__ import annotations

import pytest

from jwx_cli.session import terminal


def test_names_stay_as_they_are_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """An imported key may be called `a:key:b`, and a script must find it under that name."""
    console = terminal()

    console.print("[b]a:key:b[/b]")

    assert (console.is_terminal, capsys.readouterr().out) == (False, "[b]a:key:b[/b]\n")
