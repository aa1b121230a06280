"""The journey from a URL to all documents of an issuer, over real connections on loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx_cli.linter.fetching import MAX_BYTES, FetchError, fetch
from jwx_cli.linter.lint import discovery_url, issuers_of, lint
from jwx_cli.linter.seen import Kind
from tests.unit.cli.corpus_keys import EC, RSA
from tests.unit.cli.web_server import WebServer

JWK_SET = {"keys": [RSA, EC]}
SERVED = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "max-age=300",
    "Content-Type": "application/json",
    "ETag": '"a"',
    "X-Content-Type-Options": "nosniff",
}


def _publish(web: WebServer, path: str, document: Any, **headers: str) -> str:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.serve(path, body, headers=SERVED | named)


def _discovery(web: WebServer, **changes: Any) -> dict[str, Any]:
    return {
        "issuer": web.url,
        "authorization_endpoint": f"{web.url}/authorize",
        "token_endpoint": f"{web.url}/token",
        "jwks_uri": f"{web.url}/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    } | changes


def _codes(url: str) -> set[str]:
    """What is found beyond the loopback server's own marks."""
    return {finding.rule.code for finding in lint(url).findings} - {"http.loopback"}


def test_an_issuer_is_followed_to_both_documents_and_to_its_keys(web: WebServer) -> None:
    """All three documents are looked at, and the sound ones give nothing but a hint on the media type."""
    _publish(web, "/.well-known/openid-configuration", _discovery(web))
    _publish(web, "/.well-known/oauth-authorization-server", _discovery(web))
    keys = _publish(web, "/keys", JWK_SET)
    report = lint(web.url)
    assert list(report.documents.values()) == [Kind.OPENID, Kind.OAUTH, Kind.JWK_SET]
    assert keys in report.documents
    assert _codes(web.url) == {"jwks.generic-media-type"}


def test_a_jwk_set_is_known_by_what_it_holds(web: WebServer) -> None:
    """At whichever URL it stands."""
    url = _publish(web, "/certs", JWK_SET, Content_Type="application/jwk-set+json")
    assert list(lint(url).documents.values()) == [Kind.JWK_SET]
    assert _codes(url) == set()


def test_a_discovery_document_is_held_to_the_issuer_that_its_url_tells(web: WebServer) -> None:
    """A document of another issuer at our place is the classic mix-up."""
    url = _publish(web, "/.well-known/openid-configuration", _discovery(web, issuer="https://other.example"))
    _publish(web, "/keys", JWK_SET)
    assert "discovery.issuer-mismatch" in _codes(url)


def test_an_issuer_with_a_slash_at_its_end_is_another_issuer(web: WebServer) -> None:
    """Issuers are compared to the character when an issuer was asked about."""
    _publish(web, "/.well-known/openid-configuration", _discovery(web))
    _publish(web, "/keys", JWK_SET)
    assert "discovery.issuer-mismatch" not in _codes(web.url)
    assert "discovery.issuer-mismatch" in _codes(f"{web.url}/")


def test_an_issuer_with_one_document_is_told_of_the_other(web: WebServer) -> None:
    """A hint: clients that know only the other kind find nothing."""
    _publish(web, "/keys", JWK_SET)
    _publish(web, "/.well-known/openid-configuration", _discovery(web))
    assert "discovery.oauth-missing" in _codes(web.url)


def test_an_issuer_with_only_the_oauth_document_is_told_so(web: WebServer) -> None:
    """A hint, the other way round."""
    _publish(web, "/keys", JWK_SET)
    _publish(web, "/.well-known/oauth-authorization-server", _discovery(web))
    assert "discovery.openid-missing" in _codes(web.url)


def test_an_issuer_without_documents_is_an_error(web: WebServer) -> None:
    """Nothing stands there: that is a finding, since somebody did answer."""
    assert _codes(web.url) == {"discovery.missing"}


def test_a_key_set_that_cannot_be_fetched_is_a_finding(web: WebServer) -> None:
    """The discovery document was there; what it names was not."""
    nobody = "http://127.0.0.1:1/keys"
    url = _publish(web, "/.well-known/openid-configuration", _discovery(web, jwks_uri=nobody))
    assert "jwks.unreachable" in _codes(url)


@pytest.mark.parametrize("body", [b"<html>", b'{"keys": [], "keys": []}', b"\xef\xbb\xbf{}", b"[]", b""])
def test_what_is_not_one_strict_json_object_is_an_error(web: WebServer, body: bytes) -> None:
    """HTML, a name twice, a byte order mark, an array, nothing."""
    assert "json.malformed" in _codes(_publish(web, "/jwks.json", body))


def test_redirects_are_followed_and_told(web: WebServer) -> None:
    """The document is judged all the same."""
    _publish(web, "/there", {"keys": []})
    url = web.serve("/here", b"", status=302, headers={"Location": "/there"})
    assert {"http.redirect", "jwks.empty"} <= _codes(url)


def test_a_redirect_in_a_circle_ends(web: WebServer) -> None:
    """After a few hops the redirect itself is what is judged."""
    url = web.serve("/.well-known/openid-configuration", b"", status=302, headers={"Location": "?again"})
    assert {"http.redirect", "http.status"} <= _codes(url)


def test_a_server_that_ignores_if_none_match_is_told_of_304(web: WebServer) -> None:
    """The revalidation is really asked for."""
    url = _publish(web, "/jwks.json", JWK_SET, X_Ignores="conditions")
    assert "cache.not-modified" in _codes(url)


def test_a_certificate_that_nobody_vouches_for_is_an_error(tls_web: WebServer) -> None:
    """A self-signed certificate: a finding, since a server did answer."""
    url = _publish(tls_web, "/jwks.json", JWK_SET)
    (finding,) = lint(url).findings
    assert finding.rule.code == "tls.untrusted"
    assert "self-signed" in finding.message


def test_a_key_set_behind_a_bad_certificate_is_told_from_one_that_is_not_there(
    web: WebServer, tls_web: WebServer
) -> None:
    """The discovery document is fine, the certificate of the key set's host is not."""
    keys = _publish(tls_web, "/keys", JWK_SET)
    url = _publish(web, "/.well-known/openid-configuration", _discovery(web, jwks_uri=keys))
    assert "tls.untrusted" in _codes(url)
    assert "jwks.unreachable" not in _codes(url)


def test_a_flood_is_cut_off(web: WebServer) -> None:
    """Reading stops at the bound, and the size is a finding."""
    url = _publish(web, "/jwks.json", b" " * (2 * MAX_BYTES))
    assert MAX_BYTES < len(fetch(url).body) < MAX_BYTES + 65536 + 1
    assert "http.oversized" in _codes(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://example.com/", "file:///etc/passwd", "http://[/"]
)
def test_no_answer_is_no_judgement(url: str) -> None:
    """Nobody there, or no URL that can be asked."""
    with pytest.raises(FetchError):
        lint(url)


def test_discovery_urls_are_built_as_each_specification_says() -> None:
    """OIDC Discovery section 4 appends, RFC 8414 section 3 inserts; and back again."""
    issuer = "https://example.com/one"
    appended = "https://example.com/one/.well-known/openid-configuration"
    inserted = "https://example.com/.well-known/oauth-authorization-server/one"
    assert discovery_url(issuer, Kind.OPENID) == discovery_url(f"{issuer}/", Kind.OPENID) == appended
    assert discovery_url(issuer, Kind.OAUTH) == inserted
    assert issuer in issuers_of(appended, Kind.OPENID)
    assert issuer in issuers_of(inserted, Kind.OAUTH)
    assert issuers_of("https://example.com/elsewhere", Kind.OAUTH) == ()


@pytest.mark.parametrize("location", ["http://[", "ftp://example.com/", "javascript:alert(1)"])
def test_a_redirect_to_nowhere_is_judged_as_it_stands(web: WebServer, location: str) -> None:
    """Somebody answered, so there is a judgement."""
    url = web.serve("/.well-known/openid-configuration", b"", status=302, headers={"Location": location})
    assert _codes(url) == {"http.status"}


def test_a_jwks_uri_of_a_wrong_type_is_told_and_not_followed(web: WebServer) -> None:
    """A list, in both documents."""
    for name in ("openid-configuration", "oauth-authorization-server"):
        _publish(web, f"/.well-known/{name}", _discovery(web, jwks_uri=[]))
    assert "discovery.member-type" in _codes(web.url)
