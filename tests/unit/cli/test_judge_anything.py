"""The judges never fail on a document, whatever it holds: judging bad documents is what they are for."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jwx_cli.linter.findings import Finding
from jwx_cli.linter.judge_discovery import judge_discovery
from jwx_cli.linter.judge_key_set import judge_key_set
from jwx_cli.linter.judge_together import judge_algorithms, judge_both_discoveries
from jwx_cli.linter.seen import Kind
from tests.unit.cli.corpus_discovery import OAUTH, OPENID
from tests.unit.cli.corpus_keys import EC, ED, RSA

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    [
        "kty",
        "crv",
        "alg",
        "use",
        "kid",
        "key_ops",
        "x",
        "y",
        "n",
        "e",
        "pub",
        "d",
        "k",
        "x5c",
        "x5t",
        "x5t#S256",
    ]
)


def _spoiled(sound: dict[str, Any], members: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A sound object with a few members replaced by anything."""
    return st.dictionaries(members, ANYTHING, max_size=3).map(lambda changes: sound | changes)


KEYS = st.one_of(*(_spoiled(key, MEMBERS) for key in (RSA, EC, ED, {"kty": "AKP", "pub": "AA"})))
ODD_NAMES = st.text(max_size=5).map(lambda start: f"{start}\x1b_endpoint")
OPENIDS = _spoiled(
    OPENID, st.sampled_from([*OPENID, "scopes_supported", "grant_types_supported"]) | ODD_NAMES
)


def _is_harmless(finding: Finding) -> bool:
    text = finding.where + finding.message
    return text.isascii() and text.isprintable()


@given(st.lists(KEYS | ANYTHING, max_size=3) | ANYTHING)
def test_any_key_set_is_judged(keys: Any) -> None:
    """With findings that say where, and never with an exception."""
    for finding in judge_key_set({"keys": keys}):
        assert _is_harmless(finding)


@given(OPENIDS, st.sampled_from([Kind.OPENID, Kind.OAUTH]))
def test_any_discovery_document_is_judged(document: dict[str, Any], kind: Kind) -> None:
    """Also one whose members have other types than they should."""
    for finding in judge_discovery(document, kind, issuers=("https://issuer.example.com/one",)):
        assert _is_harmless(finding)


@given(OPENIDS, st.lists(KEYS | ANYTHING, max_size=3) | ANYTHING)
def test_any_documents_are_judged_beside_each_other(openid: dict[str, Any], keys: Any) -> None:
    """Whatever the two say."""
    assert all(finding.message for finding in judge_both_discoveries(openid, OAUTH))
    assert all(finding.message for finding in judge_algorithms(openid, {"keys": keys}))
