"""What the documentation tells people to type exists: commands, options, and values of the right type."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from jwx.verification.trusted_issuers import parse_trusted_issuers
from jwx_cli.app import app
from tests.docs.aws_command import parse
from tests.docs.commands import ROOT, commands

PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
LINES = [(page, line) for page in PAGES for line in commands(page)]
PROGRAMS = {
    "jwx",
    "aws",
    "sam",
    "curl",
    "make",
    "git",
    "pip",
    "uv",
    ".venv/bin/jwx",
    "python",
    ".venv/bin/pytest",
}


def _lines(program: str) -> list[Any]:
    return [
        pytest.param(line, id=f"{page.stem}-{number}")
        for number, (page, line) in enumerate(LINES)
        if line.startswith(f"{program} ")
    ]


def test_every_command_is_of_a_known_program() -> None:
    """Nothing is told to be typed that no test looks at."""
    for page, line in LINES:
        words = [word for word in shlex.split(line) if not re.fullmatch(r"[A-Z_]+=.*", word)]
        assert not words or words[0] in PROGRAMS, f"{page.name}: {line}"


@pytest.mark.parametrize("line", _lines("jwx"))
def test_every_jwx_command_is_understood(line: str) -> None:
    """By the command line itself: names, options, and the number of arguments."""
    command: Any = typer.main.get_command(app)
    words, parent = shlex.split(line)[1:], None
    while hasattr(command, "resolve_command"):
        parent = command.make_context(command.name, list(words), parent=parent)
        _, command, words = command.resolve_command(parent, [*parent._protected_args, *parent.args])
    if "|" not in words and ">" not in words:
        command.make_context(command.name, list(words), parent=parent)


@pytest.mark.parametrize("line", _lines("aws"))
def test_every_aws_command_is_understood(line: str) -> None:
    """By the models of AWS's services: operation, options, mandatory ones, and types."""
    parse(line)


@pytest.mark.parametrize(
    "line",
    [
        "aws dynamodb drop-table --table-name x",
        "aws dynamodb delete-table --name x",
        "aws dynamodb delete-table",
        "aws sqs purge-queue --queue-url",
    ],
)
def test_a_wrong_aws_command_is_found_out(line: str) -> None:
    """The check above can fail."""
    with pytest.raises((ValueError, IndexError)):
        parse(line)


def test_every_link_of_the_operations_pages_leads_somewhere() -> None:
    """At night nobody looks for the page that was meant."""
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_issuers_of_the_region_page_are_a_valid_setting() -> None:
    """They are meant to be pasted."""
    text = (ROOT / "docs/operations/region-down.md").read_text()
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert len(parse_trusted_issuers(json.dumps(json.loads(block)))) == 2


def test_every_runbook_is_listed() -> None:
    """The list is what people open first."""
    folder = Path(ROOT) / "docs" / "operations"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed >= {page.name for page in folder.glob("*.md")} - {"README.md"}
