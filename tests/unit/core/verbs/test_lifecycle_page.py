"""The table of verbs in docs/lifecycle.md is the one that the code checks requests by."""

from __future__ import annotations

import re
from pathlib import Path

from jwx.lifecycle.ledger import _TOLD
from jwx.verbs.verb_requests import FIELDS

PAGE = Path(__file__).resolve().parents[4] / "docs" / "lifecycle.md"


def test_every_verb_is_in_the_table_with_its_fields() -> None:
    """Who reads the table can write each request, and none that is refused."""
    table = PAGE.read_text().partition("## The verbs")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", table, re.MULTILINE)
    assert {verb: frozenset(re.findall(r"`(\w+)`", fields)) for verb, fields in rows} == FIELDS


def test_every_event_is_named() -> None:
    """Who writes a rule for the bus finds the names of all events."""
    told = PAGE.read_text().partition("## What is told")[2]
    named = set(re.findall(r"`(?:Signing Key )?([A-Z][a-z]+)`", told.partition("The detail")[0]))
    assert named == {change for _, change in _TOLD} | {"Deleted", "Certified", "Decertified"}
