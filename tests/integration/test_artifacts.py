"""What was built for the deployment, file by file."""

from __future__ import annotations

import pytest

from benchmarks.artifacts import artifacts, uncompiled, unwanted
from local.stack import Stack


@pytest.mark.parametrize("lacks", [unwanted, uncompiled], ids=["unwanted", "uncompiled"])
def test_layers_and_functions_hold_what_they_need_compiled(stack: Stack, lacks: object) -> None:
    """No tests, no boto3, no programs, no other version's bytecode; and no source without its bytecode."""
    assert callable(lacks)
    folders = artifacts(stack.place.directory / "build")
    assert len(folders) >= 7
    assert {folder.name: found for folder in folders if (found := list(lacks(folder)))} == {}
