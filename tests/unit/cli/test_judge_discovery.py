"""The judge of discovery documents: a corpus of bad ones, each with its finding."""

from __future__ import annotations

from typing import Any

import pytest

from jwx_cli.linter.judge_discovery import judge_discovery
from jwx_cli.linter.judge_together import judge_algorithms, judge_both_discoveries
from jwx_cli.linter.seen import Kind
from tests.unit.cli.corpus_discovery import BAD, BAD_ISSUERS, ISSUER, OAUTH, OPENID, SOUND, changed
from tests.unit.cli.corpus_keys import EC, RSA


@pytest.mark.parametrize(("code", "kind", "document"), BAD)
def test_a_bad_document_breaks_the_one_rule_that_it_was_made_for(
    code: str, kind: Kind, document: dict[str, Any]
) -> None:
    """Each document of the corpus yields its finding and no other."""
    assert [f.rule.code for f in judge_discovery(document, kind, issuers=(ISSUER,))] == [code]


@pytest.mark.parametrize(("kind", "document"), SOUND.values(), ids=SOUND.keys())
def test_a_sound_document_has_no_findings(kind: Kind, document: dict[str, Any]) -> None:
    """What is right is left alone, also where a grant makes a member needless."""
    assert list(judge_discovery(document, kind, issuers=(ISSUER,))) == []


@pytest.mark.parametrize("issuer", BAD_ISSUERS)
def test_an_issuer_is_https_without_query_and_fragment(issuer: str) -> None:
    """Also where the document and the URL agree."""
    findings = judge_discovery(changed(OPENID, issuer=issuer), Kind.OPENID, issuers=(issuer,))
    assert [finding.rule.code for finding in findings] == ["discovery.issuer-form"]


def test_an_issuer_that_the_url_does_not_tell_is_not_compared() -> None:
    """A discovery document at a place of its own is judged for the rest."""
    assert list(judge_discovery(OPENID, Kind.OPENID)) == []


def test_two_documents_of_one_issuer_agree() -> None:
    """A client of either kind must find the same keys."""
    assert list(judge_both_discoveries(OPENID, OAUTH)) == []
    (finding,) = judge_both_discoveries(OPENID, changed(OAUTH, jwks_uri=f"{ISSUER}/others"))
    assert (finding.rule.code, finding.where) == ("discovery.disagreement", "jwks_uri")


def test_the_listed_algorithms_are_those_of_the_keys() -> None:
    """Each listed algorithm has a key that can do it, and each key's algorithm is listed."""
    assert list(judge_algorithms(OPENID, {"keys": [RSA, EC]})) == []
    assert [f.rule.code for f in judge_algorithms(OPENID, {"keys": [RSA]})] == ["discovery.alg-without-key"]
    only_rsa = changed(OPENID, id_token_signing_alg_values_supported=["RS256"])
    assert [f.rule.code for f in judge_algorithms(only_rsa, {"keys": [RSA, EC]})] == [
        "discovery.alg-unlisted"
    ]


def test_a_key_without_alg_may_do_any_algorithm_of_its_kind() -> None:
    """No finding against an issuer that leaves alg out."""
    keys = [{name: value for name, value in key.items() if name != "alg"} for key in (RSA, EC)]
    assert list(judge_algorithms(OPENID, {"keys": keys})) == []
