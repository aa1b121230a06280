"""Judges a discovery document: OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from jwx_cli.linter.findings import Finding, quoted
from jwx_cli.linter.rules import broken
from jwx_cli.linter.seen import Kind

_ALGORITHMS: Final = "id_token_signing_alg_values_supported"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def judge_discovery(
    document: Mapping[str, Any], kind: Kind, *, issuers: Collection[str] = ()
) -> Iterator[Finding]:
    """`issuers` are those that the document may be of; none when its URL says nothing about that."""
    for name in _required(document, kind):
        if name not in document:
            yield broken("discovery.member-missing", name, f"missing from {kind}")
    if kind is Kind.OAUTH and "jwks_uri" not in document:
        yield broken("discovery.jwks-uri-missing", "jwks_uri", "without it nobody can find the keys")
    for name, value in document.items():
        yield from _member(name, value)
    yield from _issuer(document, issuers)
    yield from _algorithms(document)


def _required(document: Mapping[str, Any], kind: Kind) -> list[str]:
    """What is required depends on the grants, whose default is given in either specification."""
    declared = document.get("grant_types_supported")
    grants = declared if isinstance(declared, list) else ["authorization_code", "implicit"]
    names = ["issuer", "response_types_supported"]
    if kind is Kind.OPENID:
        names += ["authorization_endpoint", "jwks_uri", "subject_types_supported", _ALGORITHMS]
    elif "authorization_code" in grants or "implicit" in grants:
        names.append("authorization_endpoint")
    return names if grants == ["implicit"] else [*names, "token_endpoint"]


def _member(name: str, value: object) -> Iterator[Finding]:
    if name == "issuer" or name == "jwks_uri" or name.endswith("_endpoint"):
        if not isinstance(value, str):
            yield broken("discovery.member-type", name, "a string is wanted")
        elif name != "issuer":
            yield from _url(name, value)
    elif name.endswith("_supported") and not isinstance(value, bool):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield broken("discovery.member-type", name, "an array of strings is wanted")
        elif not value:
            yield broken("discovery.empty-array", name, "an empty array")


def _url(name: str, value: str) -> Iterator[Finding]:
    if _is_secure(value):
        return
    if name == "jwks_uri":
        yield broken("discovery.plain-jwks-uri", name, quoted(value))
    elif value.startswith("urn:"):
        yield broken("discovery.urn-endpoint", name, f"{quoted(value)}: there is no such endpoint")
    else:
        yield broken("discovery.endpoint", name, f"{quoted(value)} is no https URL")


def _issuer(document: Mapping[str, Any], issuers: Collection[str]) -> Iterator[Finding]:
    found = document.get("issuer")
    if not isinstance(found, str):
        return
    if issuers and found not in issuers:
        wanted = " or ".join(quoted(issuer, longest=120) for issuer in issuers)
        message = f"{quoted(found, longest=120)} is not {wanted}"
        yield broken("discovery.issuer-mismatch", "issuer", message)
    if not _is_secure(found) or "?" in found or "#" in found:
        yield broken("discovery.issuer-form", "issuer", quoted(found))


def _algorithms(document: Mapping[str, Any]) -> Iterator[Finding]:
    for name in (_ALGORITHMS, "token_endpoint_auth_signing_alg_values_supported"):
        listed = document.get(name)
        if not isinstance(listed, list):
            continue
        if "none" in listed:
            yield broken("discovery.alg-none", name, "it lists none")
        symmetric = [alg for alg in listed if isinstance(alg, str) and alg.startswith("HS")]
        if symmetric and name == _ALGORITHMS:
            yield broken("discovery.alg-symmetric", name, f"it lists {quoted(', '.join(symmetric))}")
        if name == _ALGORITHMS and "RS256" not in listed:
            yield broken("discovery.rs256", name, "RS256 is not listed")


def _is_secure(url: str) -> bool:
    """https, or plain http to this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
