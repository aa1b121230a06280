"""From a URL to findings: finds out what stands there, follows it to the other documents, judges them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from jwx.jose import strict_json
from jwx_cli.linter.fetching import Fetch, FetchError, UntrustedError, fetch
from jwx_cli.linter.findings import Finding, Severity
from jwx_cli.linter.judge_caching import judge_caching
from jwx_cli.linter.judge_discovery import judge_discovery
from jwx_cli.linter.judge_http import judge_http
from jwx_cli.linter.judge_key_set import judge_key_set
from jwx_cli.linter.judge_together import judge_algorithms, judge_both_discoveries
from jwx_cli.linter.rules import broken
from jwx_cli.linter.seen import Kind, Visit
from jwx_cli.linter.visit import visit

_WELL_KNOWN: Final = {
    Kind.OPENID: "/.well-known/openid-configuration",
    Kind.OAUTH: "/.well-known/oauth-authorization-server",
}


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong with it."""

    url: str
    documents: dict[str, Kind] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def count(self, severity: Severity) -> int:
        """How many findings of that severity."""
        return sum(finding.rule.severity is severity for finding in self.findings)


def lint(url: str, *, fetch: Fetch = fetch) -> Report:
    """Judge the issuer, discovery document or JWK Set at `url`; FetchError when nobody answers there."""
    linter = _Linter(url, fetch)
    try:
        linter.run()
    except UntrustedError as error:
        linter.report.findings.append(broken("tls.untrusted", url, f"no trusted connection: {error}"))
    return linter.report


class _Linter:
    def __init__(self, url: str, fetch: Fetch) -> None:
        self._url, self._fetch = url, fetch
        self.report = Report(url)

    def run(self) -> None:
        seen = visit(self._url, self._fetch)
        kind = _kind_by_path(self._url) or _kind_by_content(seen)
        if kind is Kind.JWK_SET:
            self._judge(seen, Kind.JWK_SET)
        elif kind is not None:
            self._follow({kind: self._judge(seen, kind, issuers=issuers_of(self._url, kind))})
        else:
            self._follow(self._discover())

    def _discover(self) -> dict[Kind, Mapping[str, Any]]:
        """Both documents of an issuer; having only one of them is a matter of taste."""
        found = {}
        for kind in (Kind.OPENID, Kind.OAUTH):
            seen = visit(discovery_url(self._url, kind), self._fetch)
            if seen.answer.status == 200:
                found[kind] = self._judge(seen, kind, issuers=(self._url,))
        if not found:
            self._say("discovery.missing", self._url, "neither of the two, and no JWK Set here")
        elif Kind.OPENID not in found:
            self._say("discovery.openid-missing", self._url, "no openid-configuration")
        elif Kind.OAUTH not in found:
            self._say("discovery.oauth-missing", self._url, "no oauth-authorization-server")
        return found

    def _follow(self, found: Mapping[Kind, Mapping[str, Any]]) -> None:
        """From discovery to the keys."""
        if len(found) == 2:
            self.report.findings += judge_both_discoveries(found[Kind.OPENID], found[Kind.OAUTH])
        named = [document.get("jwks_uri") for document in found.values()]
        for url in dict.fromkeys(each for each in named if isinstance(each, str)):
            try:
                key_set = self._judge(visit(url, self._fetch), Kind.JWK_SET)
            except UntrustedError as error:
                self._say("tls.untrusted", url, f"no trusted connection: {error}")
                continue
            except FetchError as error:
                self._say("jwks.unreachable", url, f"no answer: {error}")
                continue
            if Kind.OPENID in found:
                self.report.findings += judge_algorithms(found[Kind.OPENID], key_set)

    def _judge(self, seen: Visit, kind: Kind, *, issuers: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """One document; what it says is empty when it could not be read."""
        self.report.documents[seen.url] = kind
        findings = self.report.findings
        findings += judge_http(seen, kind)
        findings += judge_caching(seen)
        if seen.answer.status != 200:
            return {}
        try:
            document = strict_json.parse_object(seen.answer.body)
        except strict_json.MalformedJson as error:
            self._say("json.malformed", seen.url, str(error))
            return {}
        is_set = kind is Kind.JWK_SET
        findings += judge_key_set(document) if is_set else judge_discovery(document, kind, issuers=issuers)
        return document

    def _say(self, code: str, where: str, message: str) -> None:
        self.report.findings.append(broken(code, where, message))


def discovery_url(issuer: str, kind: Kind) -> str:
    """OIDC Discovery section 4 appends to the issuer, RFC 8414 section 3 inserts before its path."""
    parts = urlsplit(issuer)
    path = parts.path.removesuffix("/")
    path = path + _WELL_KNOWN[kind] if kind is Kind.OPENID else _WELL_KNOWN[kind] + path
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def issuers_of(url: str, kind: Kind) -> tuple[str, ...]:
    """The issuers whose document belongs at the URL: a slash at an issuer's end does not show in it."""
    parts = urlsplit(url)
    before, found, after = parts.path.partition(_WELL_KNOWN[kind])
    issuer = urlunsplit((parts.scheme, parts.netloc, before + after, "", ""))
    return (issuer, f"{issuer}/") if found else ()


def _kind_by_path(url: str) -> Kind | None:
    path = urlsplit(url).path
    return next((kind for kind, suffix in _WELL_KNOWN.items() if suffix in path), None)


def _kind_by_content(seen: Visit) -> Kind | None:
    """None means: not a document, so probably an issuer."""
    try:
        document = strict_json.parse_object(seen.answer.body)
    except strict_json.MalformedJson:
        return Kind.JWK_SET if seen.url.endswith(".json") else None
    if "keys" in document:
        return Kind.JWK_SET
    return Kind.OPENID if "issuer" in document and "jwks_uri" in document else None
