"""What each target starts from: good inputs, and bad ones that were worth remembering."""

from __future__ import annotations

import json

from tests.fakes.api_events import SHAPES, api_event
from tests.fakes.foreign_issuer import ISSUER, claims, jwk, jwks, token
from tests.fakes.key_endpoint import JWKS_URI


def seeds(target: str) -> list[bytes]:
    """The corpus of one target, the same each time but for the keys that sign."""
    return {
        "tokens": _tokens,
        "payloads": _payloads,
        "key_sets": _key_sets,
        "discovery": _discovery,
        "deny_lists": _deny_lists,
        "events": _events,
        "routes": _routes,
    }[target]()


def _tokens() -> list[bytes]:
    good = token().encode()
    return [
        good,
        good[:-1],
        good + b".",
        b"..",
        token(header={"alg": "none"}).encode(),
        "é.\ud800".encode("utf-8", "surrogatepass"),
    ]


def _payloads() -> list[bytes]:
    header = json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": jwk("ES256")["kid"]}).encode()
    texts = [
        json.dumps(claims()).encode(),
        b'{"iss":1e999,"exp":-0,"a":[[[[{}]]]]}',
        b'{"iss":"https:\\/\\/issuer.example.com","aud":["\\ud800"]}',
        b'{"a":1,"a":2}',
    ]
    return [header + b"\n" + text for text in texts]


def _key_sets() -> list[bytes]:
    mixed = jwks("ES256", "RS256", "Ed25519", "ML-DSA-44")
    return [mixed, b'{"keys":[]}', b'{"keys":[{"kty":"oct","k":"AA"},{"kty":"EC","crv":"P-256"},7,null]}']


def _discovery() -> list[bytes]:
    found = {"issuer": ISSUER, "jwks_uri": JWKS_URI}
    return [
        json.dumps(found | change).encode()
        for change in (
            {},
            {"issuer": f"{ISSUER}/"},
            {"jwks_uri": "HTTP://[::1]/"},
            {"jwks_uri": "https://a@b"},
        )
    ]


def _deny_lists() -> list[bytes]:
    entries = [{"jti": "a", "exp": 1}, {"jti": "b", "exp": 2}]
    lists: list[list[dict[str, object]]] = [[], [*entries], [{}]]
    return [json.dumps({"issuer": ISSUER, "tokens": tokens}).encode() for tokens in lists]


def _events() -> list[bytes]:
    return [json.dumps(api_event(shape, token())).encode() for shape in SHAPES]


def _routes() -> list[bytes]:
    table = json.dumps(
        {"* /*": [], "GET /orders/*": ["read"], "* /orders/*/admin": ["admin"], "$connect": []}
    )
    asked = ("orders/7/admin", "orders//7", "%61dmin;x", "orders/a*b", "")
    return [f"{table}\n{path}\nread".encode() for path in asked]
