"""The command `lint`: what it prints, and how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from jwx_cli.app import app
from tests.unit.cli.corpus_keys import EC, RSA
from tests.unit.cli.web_server import WebServer

HEADERS = {"Cache-Control": "max-age=300", "Content-Type": "application/jwk-set+json", "ETag": '"a"'}


def _run(*arguments: str, **environment: str) -> Result:
    """In this process: starting one takes longer than all that it does."""
    return CliRunner(env=environment).invoke(app, ["lint", *arguments])


def test_a_clean_key_set_exits_with_0(web: WebServer) -> None:
    """Warnings and hints do not fail a build."""
    url = web.serve("/jwks.json", json.dumps({"keys": [EC, RSA]}).encode(), headers=HEADERS)
    run = _run(url)
    assert run.exit_code == 0, run.stdout + run.stderr
    assert "0 errors" in run.stdout


def test_an_error_exits_with_1_and_says_where_and_who_asks_for_it(web: WebServer) -> None:
    """As a user starts it: code, place, and the section of the RFC; plain text when there is no terminal."""
    bad = EC | {"d": "AAAA", "kid": "[red]\x1b[31m"}
    url = web.serve("/jwks.json", json.dumps({"keys": [bad]}).encode(), headers=HEADERS)
    command = [sys.executable, "-m", "jwx_cli", "lint", url]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 1
    assert "key.private  keys[0]" in run.stdout
    assert "RFC 7517 section 9.2" in run.stdout
    assert "[red]" in run.stdout
    assert "\x1b" not in run.stdout


def test_json_is_one_object_with_all_findings(web: WebServer) -> None:
    """For other programs: members with fixed names, the gravest finding first."""
    bad = {"keys": [EC | {"d": "AAAA"}]}
    url = web.serve("/jwks.json", json.dumps(bad).encode(), headers=HEADERS)
    run = _run("--json", url)
    report = json.loads(run.stdout)
    assert run.exit_code == 1
    assert report["url"] == url
    assert report["documents"] == [{"url": url, "kind": "jwks"}]
    assert report["findings"][0].keys() == {"code", "severity", "where", "message", "reference"}
    assert report["findings"][0]["code"] == "key.private"
    assert report["summary"]["error"] == 1


def test_nobody_there_exits_with_2() -> None:
    """One sentence on standard error, no stack trace."""
    for url in ("http://127.0.0.1:1/", "nonsense"):
        run = _run(url)
        assert run.exit_code == 2
        assert len(run.stderr.splitlines()) == 1


def test_an_authority_of_ones_own_can_be_named(tls_web: WebServer, certificate: Path) -> None:
    """SSL_CERT_FILE, as the help says."""
    url = tls_web.serve("/jwks.json", json.dumps({"keys": [EC]}).encode(), headers=HEADERS)
    assert "tls.untrusted" in _run(url).stdout
    trusted = _run(url, SSL_CERT_FILE=str(certificate))
    assert trusted.exit_code == 0, trusted.stdout + trusted.stderr


def test_help_tells_the_exit_codes() -> None:
    """Whoever writes a pipeline reads them there."""
    help_text = " ".join(_run("--help").stdout.split())
    assert "Exit code: 0 when there is no error" in help_text
    assert "2 when the URL makes no sense or nobody answers there" in help_text
