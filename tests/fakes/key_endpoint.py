"""A key endpoint that answers as a test tells it to."""

from __future__ import annotations

from dataclasses import dataclass, field

from jwx.verification.fetched import Fetched, FetchFailed
from tests.fakes.foreign_issuer import ISSUER

JWKS_URI = f"{ISSUER}/.well-known/jwks.json"


@dataclass
class KeyEndpoint:
    """`documents` by URL; one that is not there is an endpoint that fails."""

    documents: dict[str, bytes] = field(default_factory=dict)
    fresh_for: float | None = 300
    must_revalidate: bool = False
    with_etag: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        self.asked.append((url, etag))
        if url not in self.documents:
            raise FetchFailed("down")
        body = self.documents[url]
        current = f'"{hash(body):x}"' if self.with_etag else None
        not_modified = current is not None and etag == current
        return Fetched(None if not_modified else body, current, self.fresh_for, self.must_revalidate)
