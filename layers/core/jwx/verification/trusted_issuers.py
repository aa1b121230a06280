"""Which issuers are trusted with what: one validated value for each, from code or from JSON.

A mistake here stops the function at its start with one message that names the entry, the member and
what is allowed. Nothing is guessed and nothing unknown is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jwx.errors import ConfigurationError
from jwx.jose import strict_json
from jwx.jose.jwa import ALGORITHMS
from jwx.jose.jwk_set import JwkSet, jwk_set
from jwx.jose.jwt import ClaimRules
from jwx.jose.key_material import is_supported
from jwx.verification.https import is_fetchable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_LEEWAY: Final = 120
_EVERY: Final = tuple(ALGORITHMS)
_MEMBERS: Final = frozenset(
    {
        "issuer",
        "jwks_uri",
        "deny_list_uri",
        "audiences",
        "algorithms",
        "token_types",
        "required_claims",
        "leeway",
        "max_lifetime",
    }
)


class TrustedIssuer:
    """One issuer, and what its tokens must look like. `jwks` is a static JWK Set, in place of a URL."""

    __slots__ = ("algorithms", "deny_list_uri", "jwks", "jwks_uri", "rules", "token_types")

    def __init__(
        self,
        *,
        issuer: str,
        audiences: Iterable[str],
        jwks_uri: str | None = None,
        jwks: Mapping[str, Any] | None = None,
        algorithms: Iterable[str] = _EVERY,
        token_types: Iterable[str] = ("at+jwt",),
        required_claims: Iterable[str] = (),
        leeway: int = 60,
        max_lifetime: int | None = None,
        deny_list_uri: str | None = None,
    ) -> None:
        if jwks is not None and jwks_uri is not None:
            raise ConfigurationError("jwks, jwks_uri: one of them at most")
        self.jwks = None if jwks is None else _static_set(jwks)
        # With a static set nothing is fetched, so that the issuer may be any string (RFC 7519: StringOrURI).
        _check(isinstance(issuer, str) and issuer != "", "issuer", issuer, "a string that is not empty")
        if self.jwks is None:
            _check(is_fetchable(issuer) and "?" not in issuer, "issuer", issuer, _URL)
        _check(jwks_uri is None or is_fetchable(jwks_uri), "jwks_uri", jwks_uri, _URL)
        self.jwks_uri = jwks_uri
        _check(deny_list_uri is None or is_fetchable(deny_list_uri), "deny_list_uri", deny_list_uri, _URL)
        self.deny_list_uri = deny_list_uri
        self.algorithms = _names("algorithms", algorithms)
        unknown = self.algorithms - ALGORITHMS.keys()
        _check(not unknown, "algorithms", sorted(unknown), f"one or more of {', '.join(ALGORITHMS)}")
        if algorithms is not _EVERY:
            # Named, so it is counted on. Of the default, keys that the library cannot load are skipped.
            lacking = sorted(name for name in self.algorithms if not is_supported(ALGORITHMS[name]))
            _check(not lacking, "algorithms", lacking, "what the installed cryptography library can verify")
        self.token_types = frozenset(media_type(name) for name in _names("token_types", token_types))
        _check(_is_whole(leeway, 0, MAX_LEEWAY), "leeway", leeway, f"0 to {MAX_LEEWAY} seconds")
        _check(
            max_lifetime is None or _is_whole(max_lifetime, 1, 10**9),
            "max_lifetime",
            max_lifetime,
            "seconds from 1",
        )
        required = (
            frozenset() if required_claims == () else _names("required_claims", required_claims, least=0)
        )
        self.rules = ClaimRules(issuer, _names("audiences", audiences), required, leeway, max_lifetime)

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens, to the character."""
        return self.rules.issuer


_URL: Final = "an https URL (plain http for a loopback host only), without user, query or fragment"


def media_type(name: str) -> str:
    """RFC 7515 section 4.1.9: `application/` may be left out, and case does not matter."""
    return name.lower().removeprefix("application/")


def parse_trusted_issuers(text: str | bytes) -> tuple[TrustedIssuer, ...]:
    """The value of TRUSTED_ISSUERS, or the content of the file that TRUSTED_ISSUERS_FILE names."""
    try:
        entries = strict_json.parse(text.encode() if isinstance(text, str) else text)
    except strict_json.MalformedJson as error:
        raise ConfigurationError(f"TRUSTED_ISSUERS: {error}; a JSON array of objects is wanted") from error
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError("TRUSTED_ISSUERS: a JSON array of one or more objects is wanted")
    issuers = tuple(_entry(position, entry) for position, entry in enumerate(entries))
    names = [trusted.issuer for trusted in issuers]
    for name in names:
        _check(names.count(name) == 1, "TRUSTED_ISSUERS: issuer", name, "each issuer once")
    return issuers


def _entry(position: int, entry: Any) -> TrustedIssuer:
    where = f"TRUSTED_ISSUERS[{position}]"
    if not isinstance(entry, dict) or not {"issuer", "audiences"} <= entry.keys():
        raise ConfigurationError(f"{where}: an object with at least issuer and audiences is wanted")
    if unknown := sorted(entry.keys() - _MEMBERS):
        raise ConfigurationError(
            f"{where}: {unknown[0]!r} is unknown; allowed are {', '.join(sorted(_MEMBERS))}"
        )
    try:
        return TrustedIssuer(**entry)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}.{error}") from error


def _static_set(document: Mapping[str, Any]) -> JwkSet:
    entries = document.get("keys") if isinstance(document, dict) else None
    parsed = jwk_set(entries) if isinstance(entries, list) else None
    if parsed is None or not parsed.keys or parsed.skipped:
        raise ConfigurationError("jwks: a JWK Set of one or more keys, all of them usable, is wanted")
    return parsed


def _names(member: str, values: Any, *, least: int = 1) -> frozenset[str]:
    """A list of strings; a single string would be taken apart into its characters."""
    is_list = isinstance(values, (list, tuple, set, frozenset))
    is_right = is_list and len(values) >= least and all(isinstance(v, str) and v for v in values)
    _check(is_right, member, values, "a list of strings that are not empty")
    return frozenset(values)


def _is_whole(value: Any, lowest: int, highest: int) -> bool:
    return type(value) is int and lowest <= value <= highest


def _check(holds: bool, member: str, given: Any, allowed: str) -> None:
    if not holds:
        raise ConfigurationError(f"{member}: got {given!r}; allowed is {allowed}")
