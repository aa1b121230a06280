"""What one client does with tokens of each algorithm, with tampered ones, and over a rotation."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from tests.interop.client import Client, Refused
from tests.interop.clients import ClientKind
from tests.interop.published_issuer import ALGORITHMS, CLAIMS, Publisher

# The one that each client knows.
COMMON = "RS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was seen of a client."""

    verified: tuple[str, ...]
    unknown: tuple[str, ...]


def measure(kind: ClientKind, publisher: Publisher, names: Iterable[str]) -> Measured:
    """Over the issuers of these names. A good token may be unknown to it; a tampered one must be refused."""
    outcomes: dict[str, bool] = {}
    for name in names:
        with closing(kind.connect(publisher.publish(name))) as client:
            for algorithm in ALGORITHMS[name]:
                outcomes[algorithm] = _judge(client, publisher, name, algorithm)
    verified = tuple(each for each, good in outcomes.items() if good and each not in kind.by_runtime)
    return Measured(verified=verified, unknown=tuple(each for each in outcomes if each not in verified))


def _judge(client: Client, publisher: Publisher, name: str, algorithm: str) -> bool:
    token = publisher.sign(name, algorithm)
    other = publisher.sign(name, algorithm, sub="svc-2")
    wrong_audience = publisher.sign(name, algorithm, aud="api://others")
    is_known = takes(client, token, algorithm)
    for bad in (*tampered(token, other), wrong_audience):
        assert not takes(client, bad, algorithm), f"a bad {algorithm} token was taken"
    return is_known


def takes(client: Client, token: str, algorithm: str) -> bool:
    """Whether the client takes the token, and for whose."""
    try:
        subject = client.verify(token, algorithm)
    except Refused:
        return False
    assert subject == CLAIMS["sub"]
    return True


def tampered(token: str, other: str) -> list[str]:
    """Other claims, a signature with one bit changed, another token's signature, none at all."""
    header, payload, signature = token.split(".")
    claims = json.loads(_decode(payload)) | {"sub": "svc-1", "scope": "admin"}
    flipped = bytearray(_decode(signature))
    flipped[len(flipped) // 2] ^= 1
    unsigned = _encode(json.dumps(json.loads(_decode(header)) | {"alg": "none"}).encode())
    return [
        f"{header}.{_encode(json.dumps(claims).encode())}.{signature}",
        f"{header}.{payload}.{_encode(bytes(flipped))}",
        f"{header}.{payload}.{other.rpartition('.')[2]}",
        f"{header}.{payload}.",
        f"{unsigned}.{payload}.",
    ]


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
