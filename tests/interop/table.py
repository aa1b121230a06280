"""The generated table in docs/interop.md: each row is what a run measured, versions aside."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "interop.md"
HOW_TO_WRITE = "docs/interop.md is not what this run measured; JWX_WRITE_INTEROP_TABLE=1 pytest tests/interop"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->"
HEAD = (
    "| Client | Version | Verifies | Does not know | Set with an ML-DSA key | Cache by default | Rotation |\n"
    "|---|---|---|---|---|---|---|\n"
)
# Ends of names that stand for each of the three hash sizes, or parameter sets.
FAMILIES = {
    "RS*": ("RS256", "RS384", "RS512"),
    "PS*": ("PS256", "PS384", "PS512"),
    "ES*": ("ES256", "ES384", "ES512"),
    "ML-DSA-*": ("ML-DSA-44", "ML-DSA-65", "ML-DSA-87"),
}


def summary(algorithms: tuple[str, ...]) -> str:
    """A family by its common name when all of it is there."""
    names = list(algorithms)
    for family, members in FAMILIES.items():
        if set(members) <= set(names):
            names[names.index(members[0])] = family
            names = [name for name in names if name not in members]
    return ", ".join(names) or "-"


def committed_algorithms(name: str) -> set[str]:
    """Those that the committed row says the client verifies."""
    verified = _rows(DOCUMENT.read_text())[name][2].split(", ")
    return {algorithm for each in verified for algorithm in FAMILIES.get(each, (each,))}


def check_row(name: str, version: str, *cells: str) -> None:
    """The committed row holds these cells; with JWX_WRITE_INTEROP_TABLE set it is written instead."""
    row = [name, version, *cells]
    if os.environ.get("JWX_WRITE_INTEROP_TABLE"):
        _write(row)
    committed = _rows(DOCUMENT.read_text()).get(name, [])
    assert committed[2:] == row[2:], HOW_TO_WRITE


def _write(row: list[str]) -> None:
    with FileLock(Path(gettempdir()) / "jwx-interop-table.lock"):
        text = DOCUMENT.read_text()
        rows = _rows(text) | {row[0]: row}
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        lines = "".join(f"| {' | '.join(each)} |\n" for each in rows.values())
        DOCUMENT.write_text(f"{before}{BEGIN}{HEAD}{lines}{END}{after}")


def _rows(text: str) -> dict[str, list[str]]:
    table = text.partition(BEGIN)[2].partition(END)[0].removeprefix(HEAD)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {row[0]: row for row in cells}
