"""What was seen at a URL: the answers, as plain values that checks can judge without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a document is, or is held to be."""

    JWK_SET = "jwks"
    OPENID = "openid-configuration"
    OAUTH = "oauth-authorization-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. Header names are in lower case, values of a repeated header joined by commas."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    certificate_days: float | None = None
    """For how long the server's certificate is still good; None without TLS."""

    @property
    def media_type(self) -> str:
        """Without parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A document, fetched by following redirects, then once with HEAD and once conditionally."""

    hops: tuple[Answer, ...]
    head: Answer | None = None
    revalidation: Answer | None = None

    @property
    def url(self) -> str:
        """What was asked for at first."""
        return self.hops[0].url

    @property
    def answer(self) -> Answer:
        """What came in the end."""
        return self.hops[-1]
