"""Stored key rings of every schema that was ever released are read, for ever.

`tests/golden/rings/schema-N.json` is a document as a release wrote it, `schema-N.status.json` what the verb
`status` made of it then. Both are written once, with the release, and never changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jwx.errors import KeyRingUnavailable
from jwx.lifecycle.rotation import plan
from jwx.ring import ring_document
from jwx.ring.revocation_transitions import revoke
from jwx.verbs.answers import answer

RINGS = Path(__file__).parents[2] / "golden" / "rings"
STORED = sorted(path for path in RINGS.glob("schema-*.json") if "status" not in path.name)
NOW = 1_800_500_000


def test_there_is_a_ring_of_each_schema() -> None:
    """From the first to the one that is written today."""
    schemas = [json.loads(path.read_text())["schema"] for path in STORED]
    assert schemas == list(range(1, ring_document.SCHEMA + 1))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_ring_means_what_it_meant(path: Path) -> None:
    """Keys, states and times are those that the release of its day saw; nothing is dropped on the way."""
    ring = ring_document.read(path.read_text(), version="7-abc", restored=False)
    then: dict[str, Any] = json.loads(path.with_suffix(".status.json").read_text())
    now = json.loads(json.dumps(answer(ring, NOW)))
    assert {name: now[name] for name in ("issuer", "keys", "next")} == then
    assert {str(step.action) for step in plan(ring, NOW)}


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_next_change_writes_it_in_todays_schema(path: Path) -> None:
    """A verb on the old ring is enough; what it did not touch is as it was."""
    ring = ring_document.read(path.read_text(), version="7-abc", restored=False)
    changed = revoke(ring, kid=ring.keys[0].kid, reason="test", now=NOW)
    written = ring_document.write(changed)
    assert json.loads(written)["schema"] == ring_document.SCHEMA
    assert ring_document.read(written, version="7-abc", restored=False) == changed
    assert changed.keys[1:] == ring.keys[1:]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_release_before_refuses_what_it_would_half_understand(path: Path) -> None:
    """During a deployment the older function beside the newer one must not drop what it does not know."""
    newer = json.loads(path.read_text()) | {"schema": ring_document.SCHEMA + 1}
    with pytest.raises(KeyRingUnavailable, match=f"schema {ring_document.SCHEMA + 1}; this code reads"):
        ring_document.read(json.dumps(newer), version="7-abc", restored=False)
