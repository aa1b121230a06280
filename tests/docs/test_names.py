"""What the documentation names is there: paths, targets of make, commands, parameters, settings, members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from jwx_cli.app import app
from tests.docs.commands import ROOT

PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
FOLDERS = ("benchmarks", "cli", "functions", "layers", "local", "site", "tests")
OTHERS = {"AuthorizationPolicy", "RequestAuthentication", "_extract_log_keys"}
"""Istio's resources and a part of Powertools that the pages talk about."""
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
TOPS = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}


@cache
def _code() -> str:
    """All that is ours and no page."""
    files = [path for folder in FOLDERS for path in _files(ROOT / folder) if path != Path(__file__)]
    texts = [path.read_text() for path in files if path.suffix in (".py", ".js", ".html", ".mjs")]
    return "\n".join([*texts, (ROOT / "template.yaml").read_text(), (ROOT / "samconfig.toml").read_text()])


def _files(folder: Path) -> Iterator[Path]:
    """Ours, and not what was installed beside it."""
    for top, folders, names in folder.walk():
        folders[:] = [name for name in folders if name not in ("node_modules", "__pycache__")]
        yield from (top / name for name in names)


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for top in TOPS if (ROOT / top).is_dir() for path in _files(ROOT / top)) | TOPS


def _in_code_font(page: str) -> set[str]:
    prose = re.sub(r"^ *```.*?^ *```", "", (ROOT / page).read_text(), flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", prose))


def _is_there(text: str) -> bool:
    """True for whatever is none of the forms below, too."""
    if re.fullmatch(r"[\w.*-]+/[\w./*-]*", text) and text.split("/")[0] in TOPS:
        return any(ROOT.glob(text.rstrip("/")))
    if re.fullmatch(r"[\w-]+\.(py|md|yaml|toml|mjs|js)", text):
        return text in _names()
    if found := re.fullmatch(
        r"([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*|[A-Z]+_[A-Z_]+|[a-z]+_[a-z_]+)(=\w*)?", text
    ):
        return found[1] in OTHERS or found[1] in _code()
    return True


@pytest.mark.parametrize("page", NAMES)
def test_what_stands_in_code_font_is_there(page: str) -> None:
    """A file that moved, a parameter or a member that was renamed is found out."""
    assert sorted(text for text in _in_code_font(page) if not _is_there(text)) == []


@pytest.mark.parametrize(
    "text", ["docs/no-such.md", "no_such_member", "NoSuchParameter=on", "nothing.py", "NO_SUCH"]
)
def test_what_is_not_there_is_found_out(text: str) -> None:
    """The check above can fail."""
    assert not _is_there(text)


@pytest.mark.parametrize("page", NAMES)
def test_every_target_of_make_exists(page: str) -> None:
    """In blocks and in sentences."""
    text = (ROOT / page).read_text()
    named = re.findall(r"(?:`|^ *)make ([a-z][a-z-]*)", text, re.MULTILINE)
    assert sorted(set(named) - TARGETS) == []


def _commands() -> dict[str, Any]:
    """Each command by its whole name, like `issuer list`."""
    main: Any = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in main.commands.items():
        below = getattr(command, "commands", None)
        found |= {f"{name} {sub}": each for sub, each in below.items()} if below else {name: command}
    return found


@pytest.mark.parametrize("page", NAMES)
def test_every_jwx_command_exists(page: str) -> None:
    """Whatever its block is called, and in sentences: command and options."""
    known = _commands()
    for line in re.findall(
        r"(?:`|^\s*(?:\$ )?)jwx ([a-z][^`\n#|<>]*)", (ROOT / page).read_text(), re.MULTILINE
    ):
        words = line.split()
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in known), None)
        if name is None:
            assert any(each.startswith(f"{words[0]} ") for each in known), f"jwx {line}"
            continue
        options = {option for each in known[name].params for option in each.opts} | {"--help"}
        assert {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= options, f"jwx {line}"


def test_every_command_is_in_the_table() -> None:
    """The page of the command line leaves none out."""
    table = (ROOT / "docs" / "command-line.md").read_text().partition("\n| command |")[2].partition("\n\n")[0]
    for name in _commands():
        group, _, verb = name.partition(" ")
        assert re.search(rf"`jwx {group}\b", table), name
        assert not verb or re.search(rf"\b{verb}\b", table), name
