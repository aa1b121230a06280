"""The commands that the documentation tells people to type, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commands(page: Path) -> list[str]:
    """Each command of each `sh` block, in order, with its continuation lines joined."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [
        line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()
    ]


class Page:
    """One page of docs/."""

    def __init__(self, name: str) -> None:
        self.commands = commands(ROOT / "docs" / name)

    def line(self, beginning: str) -> str:
        """The first command that begins so; a page that lost it fails the test."""
        return next(each for each in self.commands if each.startswith(beginning))
