"""The table of verbs in docs/lifecycle.md is the one that the code checks requests by."""

from __future__ import annotations

import re
from pathlib import Path

from jwx.verbs.verb_requests import FIELDS

PAGE = Path(__file__).resolve().parents[4] / "docs" / "lifecycle.md"


def test_every_verb_is_in_the_table_with_its_fields() -> None:
    """Who reads the table can write each request, and none that is refused."""
    table = PAGE.read_text().partition("## The verbs")[2]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", table, re.MULTILINE)
    assert {verb: frozenset(re.findall(r"`(\w+)`", fields)) for verb, fields in rows} == FIELDS
