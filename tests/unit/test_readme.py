"""The README's list of sample events is the folder's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(
    r"^sam local invoke (\w+)Function --env-vars environment\.json --event (\S+)$", re.MULTILINE
)
LISTED = COMMAND.findall((ROOT / "README.md").read_text())


def test_every_sample_event_is_listed_once() -> None:
    """A sample that is not listed is not found, and one that is gone cannot be run."""
    assert [file for _, file in LISTED] == sorted(
        f"events/{file.name}" for file in ROOT.glob("events/*.json")
    )


@pytest.mark.parametrize(("function", "file"), LISTED, ids=[file for _, file in LISTED])
def test_a_sample_event_goes_to_its_function(function: str, file: str) -> None:
    """The command names the function of the template that the file's name begins with."""
    name = Path(file).name.split("-")[0]
    template = (ROOT / "template.yaml").read_text()
    assert function == name.capitalize()
    assert re.search(
        rf"^  {function}Function:\n(?:    .*\n)+?      CodeUri: functions/{name}$", template, re.MULTILINE
    )
