"""The judge of key sets: a corpus of bad ones, each with its finding, and sound ones with none."""

from __future__ import annotations

from typing import Any

import pytest

from jwx_cli.linter.judge_key_set import judge_key_set
from tests.unit.cli.corpus_keys import BAD, EC, SOUND, WITH


def _codes(keys: Any) -> set[str]:
    return {finding.rule.code for finding in judge_key_set({"keys": keys})}


@pytest.mark.parametrize(("code", "keys"), BAD, ids=[f"{n}-{code}" for n, (code, _) in enumerate(BAD)])
def test_a_bad_key_set_breaks_the_one_rule_that_it_was_made_for(code: str, keys: list[Any]) -> None:
    """Each document of the corpus yields its finding, and no other than what necessarily comes with it."""
    found = _codes(keys)
    assert code in found
    assert found - {code} <= WITH.get(code, set())


@pytest.mark.parametrize("keys", SOUND.values(), ids=SOUND.keys())
def test_a_sound_key_set_has_no_findings(keys: list[Any]) -> None:
    """What is right is left alone."""
    assert _codes(keys) == set()


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": "a"}])
def test_a_document_without_an_array_of_keys_is_no_key_set(document: dict[str, Any]) -> None:
    """RFC 7517 section 5.1: `keys` is there and is an array."""
    assert [finding.rule.code for finding in judge_key_set(document)] == ["jwks.keys"]


def test_a_finding_names_the_key_by_place_and_kid() -> None:
    """In a set of many keys the bad one must be found."""
    (finding,) = judge_key_set({"keys": [EC | {"use": "nonsense"}]})
    assert finding.where == f"keys[0] '{EC['kid']}'"
    assert "nonsense" in finding.message


def test_what_a_document_says_cannot_write_to_the_terminal() -> None:
    """A kid with escape sequences is shown as text, on one line."""
    findings = list(judge_key_set({"keys": [EC | {"kid": "\x1b[2J\n\u202e"}]}))
    shown = "".join(finding.where + finding.message for finding in findings)
    assert findings
    assert shown.isprintable()
    assert shown.isascii()
