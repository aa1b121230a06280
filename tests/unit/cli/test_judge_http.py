"""The judge of how documents are served: a corpus of bad ways, each with its finding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jwx_cli.linter.judge_caching import judge_caching
from jwx_cli.linter.judge_http import judge_http
from jwx_cli.linter.rule_table import rule_table
from jwx_cli.linter.rules import RULES
from jwx_cli.linter.seen import Kind, Visit
from tests.unit.cli import corpus_discovery, corpus_keys
from tests.unit.cli.corpus_http import BAD, DISCOVERY, GOOD, SOUND, WITH, served

# Found by the journey from document to document, and by tests of it.
_OF_THE_JOURNEY = {
    "tls.untrusted",
    "json.malformed",
    "jwks.unreachable",
    "discovery.missing",
    "discovery.openid-missing",
    "discovery.oauth-missing",
}
# Each with a test of its own, since the corpus has no room for two documents or for other issuers.
_ELSEWHERE = {
    "jwks.keys",
    "discovery.issuer-form",
    "discovery.disagreement",
    "discovery.alg-without-key",
    "discovery.alg-unlisted",
}


def _codes(visit: Visit, kind: Kind = Kind.JWK_SET) -> set[str]:
    return {finding.rule.code for finding in (*judge_http(visit, kind), *judge_caching(visit))}


@pytest.mark.parametrize(("code", "visit"), BAD, ids=[f"{n}-{code}" for n, (code, _) in enumerate(BAD)])
def test_a_bad_way_to_serve_breaks_the_one_rule_that_it_was_made_for(code: str, visit: Visit) -> None:
    """Each visit of the corpus yields its finding, and no other than what necessarily comes with it."""
    found = _codes(visit)
    assert code in found
    assert found - {code} <= WITH.get(code, set())


@pytest.mark.parametrize(("code", "visit"), DISCOVERY)
def test_a_discovery_document_is_application_json_and_nothing_else(code: str, visit: Visit) -> None:
    """OpenID Connect Discovery section 4.2 and RFC 8414 section 3.2 say MUST."""
    assert _codes(visit, Kind.OPENID) == {code}


def test_a_well_served_document_has_no_findings() -> None:
    """What is right is left alone: a JWK Set, and a discovery document."""
    assert _codes(SOUND) == set()
    assert _codes(served(content_type="application/json"), Kind.OAUTH) == set()


def test_a_date_is_a_validator_and_expires_is_a_freshness() -> None:
    """The older headers do (RFC 9111 section 5.3, RFC 9110 section 8.8.2)."""
    older = served(cache_control=None, etag=None, expires="later", last_modified="earlier")
    assert _codes(replace(older, revalidation=None)) == set()


def test_an_error_answer_is_judged_for_nothing_else() -> None:
    """A 503 with no-store is right: it is no document."""
    answer = replace(GOOD, status=503, headers={"cache-control": "no-store"})
    assert _codes(Visit(hops=(answer,))) == {"http.status"}


def test_every_rule_of_the_table_is_broken_by_a_document_of_the_corpus() -> None:
    """A rule that nothing breaks may be one that never fires."""
    shown = {case[0] for corpus in (BAD, DISCOVERY, corpus_keys.BAD, corpus_discovery.BAD) for case in corpus}
    assert shown | _OF_THE_JOURNEY | _ELSEWHERE == set(RULES)


def test_the_docs_list_every_rule() -> None:
    """docs/linter.md holds the table that `python -m jwx_cli.linter.rule_table` prints."""
    docs = Path(__file__).resolve().parents[3] / "docs" / "linter.md"
    listed = docs.read_text().partition("<!-- rules: begin -->\n")[2].partition("<!-- rules: end -->")[0]
    assert listed == rule_table()
