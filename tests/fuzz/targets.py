"""What anybody may send us, as functions of bytes: each raises only when a promise is broken.

A parser may refuse with its own error and nothing else. What it accepts must hold what it promises: one
spelling for each token, only sound keys, a decision that the policy repeats for every route.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from jwx.authorization.answers import Unauthorized
from jwx.authorization.routes import METHODS, parse_routes
from jwx.authorization.settings import authorizer_from
from jwx.errors import ConfigurationError, InvalidRequest, VerificationError
from jwx.jose import base64url
from jwx.jose.jwk_set import MAX_KEYS, MalformedJwkSet, parse_jwk_set
from jwx.jose.jws import parse_unverified
from jwx.verification.deadline import Deadline
from jwx.verification.deny_list import parse_deny_list
from jwx.verification.discovery import Discovery
from jwx.verification.fetched import Fetched, FetchFailed
from jwx.verification.https import is_fetchable
from jwx.verification.trusted_issuers import TrustedIssuer
from jwx.verification.verifier import Verifier
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, jwk, jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.unit.core.authorization.iam import permits

STAGE: Final = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"
VERIFIER: Final = Verifier(
    TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": [jwk("ES256")]}),
    clock=FakeClock(NOW),
    max_verified_tokens=16,
)
AUTHORIZER: Final = authorizer_from(
    {
        "TRUSTED_ISSUERS": json.dumps([{"issuer": ISSUER, "jwks_uri": JWKS_URI, "audiences": [AUDIENCE]}]),
        "ROUTE_SCOPES": json.dumps({"* /*": [], "GET /orders": ["orders:read"], "* /admin/*": ["admin"]}),
        "WEBSOCKET_TOKEN": "protocol",
    },
    fetch=KeyEndpoint({JWKS_URI: jwks("ES256")}),
    clock=FakeClock(NOW),
    write=json.loads,  # each line must be JSON
)


def tokens(data: bytes) -> None:
    """A token taken apart is spelled in one way only; the verifier raises nothing but its error."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(VerificationError):
        parsed = parse_unverified(text)
        assert f"{parsed.signing_input.decode()}.{base64url.encode(parsed.signature)}" == text
        assert base64url.encode(parsed.payload) == text.split(".")[1]
    with suppress(VerificationError):
        assert VERIFIER.verify(text)["iss"] == ISSUER


def payloads(data: bytes) -> None:
    """Any header and any payload, in the form of a token: all of both is read."""
    header, _, payload = data.partition(b"\n")
    tokens(b".".join(base64url.encode(part).encode() for part in (header, payload, b"\0" * 64)))


def key_sets(data: bytes) -> None:
    """Of a set only sound keys get in, and no more than allowed."""
    with suppress(MalformedJwkSet):
        parsed = parse_jwk_set(data)
        assert len(parsed.keys) + parsed.skipped <= MAX_KEYS
        assert {key.kty for key in parsed.keys.values()} <= {"RSA", "EC", "OKP", "AKP"}


def discovery(data: bytes) -> None:
    """Whatever the document says, what comes out is https and of this issuer."""

    def fetch(url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        return Fetched(data)

    with suppress(FetchFailed):
        url = Discovery(ISSUER, fetch, FakeClock(NOW)).locate(Deadline(), False)
        assert is_fetchable(url)
        assert url.startswith("https://")
        assert json.loads(data)["issuer"] == ISSUER


def deny_lists(data: bytes) -> None:
    """Taken whole or not at all."""
    with suppress(FetchFailed):
        listed = parse_deny_list(data, ISSUER)
        assert listed == {entry["jti"] for entry in json.loads(data)["tokens"]}


def events(data: bytes) -> None:
    """Any event is answered, refused as unauthorized, or named as none of API Gateway's."""
    event = _json_object(data)
    with suppress(Unauthorized, InvalidRequest, VerificationError):
        json.dumps(AUTHORIZER.authorize(event))


def routes(data: bytes) -> None:
    """A table that is taken says of each route by policy what it says by decision."""
    text, _, rest = data.decode("utf-8", "replace").partition("\n")
    path, _, scopes = rest.partition("\n")
    try:
        table = parse_routes(text)
    except ConfigurationError:
        return
    held, path = frozenset(scopes.split(" ")) - {""}, "/" + path
    policy = table.policy(STAGE, held)
    for method in (*METHODS, "TRACE"):
        assert permits(policy, f"{STAGE}/{method}{path}") is table.allows(method, path, held), (method, path)


def _json_object(data: bytes) -> dict[str, Any]:
    """An event comes as JSON from Lambda, which is as lax about it as Python."""
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {"type": event}


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {
        target.__name__: target
        for target in (tokens, payloads, key_sets, discovery, deny_lists, events, routes)
    }
)
