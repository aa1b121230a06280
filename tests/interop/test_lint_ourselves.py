"""The linter on what the product publishes: no error, no warning, and each hint is meant."""

from __future__ import annotations

import time

import pytest

from jwx_cli.linter.lint import lint
from jwx_cli.linter.seen import Kind
from local.stack import Stack
from tests.interop.loopback_publisher import LoopbackPublisher

# There is no authorization endpoint, and no TLS on this machine.
MEANT = {"discovery.urn-endpoint", "http.loopback"}


@pytest.mark.parametrize(
    ("name", "besides"),
    [("interop", {"key.eddsa"}), ("mixed", {"key.akp"})],
)
def test_what_is_published_has_no_findings_but_hints_that_are_meant(
    loopback: LoopbackPublisher, name: str, besides: set[str]
) -> None:
    """All three documents, from the publishing function's own answers: caching, media types, CORS and all."""
    report = lint(loopback.publish(name).issuer)
    assert list(report.documents.values()) == [Kind.OPENID, Kind.OAUTH, Kind.JWK_SET]
    assert {finding.rule.code for finding in report.findings} == MEANT | besides


def test_an_issuer_without_rs256_deviates_from_openid_connect_and_says_so(
    loopback: LoopbackPublisher,
) -> None:
    """The one warning that an issuer's own choice brings: it lists the algorithms really in use."""
    report = lint(loopback.publish("ed25519").issuer)
    assert {finding.rule.code for finding in report.findings} == MEANT | {"discovery.rs256"}


def test_what_the_edge_serves_has_no_findings_but_hints_that_are_meant(stack: Stack) -> None:
    """Through API Gateway and the caching edge; locally a second of caching is all that is promised."""
    _wait_until_warm(stack)
    report = lint(stack.outputs["IssuerUrl"])
    # How long an answer takes here is the machine's business.
    found = {
        finding.rule.code: finding.as_json()
        for finding in report.findings
        if finding.rule.code != "http.slow"
    }
    assert found.keys() == MEANT | {"cache.short"}, found
    assert list(report.documents.values()) == [Kind.OPENID, Kind.OAUTH, Kind.JWK_SET]


def _wait_until_warm(stack: Stack) -> None:
    """While the function is cold the static copy may answer, without the headers that CloudFront adds."""
    until = time.monotonic() + 60
    for name in ("openid-configuration", "oauth-authorization-server", "jwks.json"):
        url = f"{stack.outputs['IssuerUrl']}/.well-known/{name}"
        while "access-control-allow-origin" not in stack.get(url).headers:
            assert time.monotonic() < until, f"{url} is not answered by the function"
            time.sleep(0.2)
