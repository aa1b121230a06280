"""What the signer logs and counts: who was given what kind of token, and nothing of its content."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from jwx.errors import InvalidRequest, NoActiveKey, UnknownIssuer
from jwx.issuing.issuer import Token
from jwx_aws.signing_audit import SigningAudit
from tests.fakes.powertools import logger_to


def _token(issuer: str, alg: str) -> Token:
    return Token(
        issuer=issuer, token="ey.secret.sig", kid="k1", alg=alg, jti="j1", issued_at=1, expires_at=61
    )


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def audit(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> SigningAudit:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
    return SigningAudit(logger_to(log))


def _metrics(printed: str) -> dict[tuple[str, ...], float]:
    """Name and sorted dimension values to value."""
    found: dict[tuple[str, ...], float] = {}
    for line in printed.splitlines():
        blob: dict[str, Any] = json.loads(line)
        (directive,) = blob["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Jwx"
        (metric,), (dimensions,) = directive["Metrics"], directive["Dimensions"]
        value = blob[metric["Name"]]
        own = sorted(f"{name}={blob[name]}" for name in dimensions if name != "service")
        found[metric["Name"], *own] = value[0] if isinstance(value, list) else value
    return found


def test_each_token_is_one_line_without_its_content(audit: SigningAudit, log: io.StringIO) -> None:
    """Enough to find a token by its `jti`, too little to use it."""
    audit.signed(_token("default", "ES256"))
    line = json.loads(log.getvalue())
    assert line["message"] == "token_signed"
    assert (line["issuer"], line["kid"], line["alg"], line["jti"]) == ("default", "k1", "ES256", "j1")
    assert "secret" not in log.getvalue()


def test_a_refusal_is_logged_by_name_alone(audit: SigningAudit, log: io.StringIO) -> None:
    """Its message may quote what the caller sent."""
    audit.failed(InvalidRequest("claims.aud: 'private' is not allowed"))
    assert json.loads(log.getvalue())["error"] == "InvalidRequest"
    assert "private" not in log.getvalue()


def test_a_failure_is_logged_with_its_reason(audit: SigningAudit, log: io.StringIO) -> None:
    """It is ours or AWS's, and somebody must find it."""
    audit.failed(NoActiveKey("issuer 'default' has no key that may sign with ES256 just now"))
    line = json.loads(log.getvalue())
    assert (line["level"], line["error"]) == ("ERROR", "NoActiveKey")
    assert "ES256" in line["reason"]


def test_counters_are_summed_and_each_stands_for_itself(
    audit: SigningAudit, capsys: pytest.CaptureFixture[str]
) -> None:
    """A batch of 500 makes a few lines; the dimensions of one metric do not leak into the next."""
    for issuer, alg in (("default", "ES256"), ("default", "ES256"), ("orders", "RS256")):
        audit.signed(_token(issuer, alg))
    audit.failed(UnknownIssuer("x"))
    audit.failed(NoActiveKey("y"))
    audit.flush()
    assert _metrics(capsys.readouterr().out) == {
        ("TokensSigned", "algorithm=ES256", "issuer=default"): 2,
        ("TokensSigned", "algorithm=RS256", "issuer=orders"): 1,
        ("RequestsRefused", "error=UnknownIssuer"): 1,
        ("SigningFailures", "error=NoActiveKey"): 1,
    }


def test_a_flush_starts_anew(audit: SigningAudit, capsys: pytest.CaptureFixture[str]) -> None:
    """A warm function counts nothing twice."""
    audit.signed(_token("default", "ES256"))
    audit.flush()
    capsys.readouterr()
    audit.flush()
    assert capsys.readouterr().out == ""
