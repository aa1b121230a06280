"""What the page is written with: tables and pictures in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

IMAGES: Final = "images"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; the first column holds names, the others figures."""
    ruler = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


def image(name: str, about: str) -> str:
    """A chart, as the page shows it."""
    return f"![{about}]({IMAGES}/{name}.svg)"
