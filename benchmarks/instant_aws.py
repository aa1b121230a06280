"""AWS clients that answer at once, in process: what a request costs on them is our own work."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from jwx.ring import ring_document
from jwx.ring.keyring import KeyRing
from tests.fakes.foreign_issuer import private_key

TABLE: Final = "rings"


class Dynamo:
    """A table with one ring, and whatever is put beside it."""

    def __init__(self, ring: KeyRing, calls: Counter[str]) -> None:
        self._calls = calls
        self.item = {
            "issuer": {"S": ring.issuer},
            "version": {"S": ring.version},
            "home": {"S": TABLE},
            "document": {"S": ring_document.write(ring)},
        }
        self._items: dict[str, Any] = {ring.issuer: self.item}

    def get_item(self, *, Key: Any, **_: Any) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        self._calls["GetItem"] += 1
        item = self._items.get(Key["issuer"]["S"])
        return {} if item is None else {"Item": item}

    def put_item(self, *, Item: Any, **_: Any) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        self._calls["PutItem"] += 1
        self._items[Item["issuer"]["S"]] = Item
        return {}

    def scan(self, **_: Any) -> dict[str, Any]:
        self._calls["Scan"] += 1
        return {"Items": [{"issuer": item["issuer"]} for item in self._items.values()]}


class Kms:
    """One signature, always: what KMS computes is not ours."""

    def __init__(self, calls: Counter[str]) -> None:
        self._calls = calls
        self._signature = private_key("ES256").sign(b"x", ec.ECDSA(hashes.SHA256()))

    def sign(self, **_: Any) -> dict[str, Any]:
        self._calls["Sign"] += 1
        return {"Signature": self._signature}


class Nowhere:
    """A stream that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is held."""
