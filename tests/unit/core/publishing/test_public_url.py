"""What may be concluded from the public URL, and what not."""

from __future__ import annotations

import pytest

from jwx.publishing.public_url import PublicUrl
from jwx.verification.fetched import Fetched, FetchFailed


class Answers:
    """A fetch with one answer to everything, which remembers what it was asked for."""

    def __init__(self, answer: bytes | FetchFailed) -> None:
        self._answer = answer
        self.urls: list[str] = []

    def __call__(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        self.urls.append(url)
        if isinstance(self._answer, FetchFailed):
            raise self._answer
        return Fetched(self._answer)


def kids(answer: bytes | FetchFailed) -> frozenset[str] | None:
    return PublicUrl("https://issuer.example", fetch=Answers(answer)).kids("default")


def test_the_url_is_the_one_that_clients_use() -> None:
    """`default` at the root of the domain, any other issuer under its name."""
    answers = Answers(b'{"keys":[]}')
    url = PublicUrl("https://issuer.example", fetch=answers)
    url.kids("default")
    url.kids("shop")
    assert answers.urls == [
        "https://issuer.example/.well-known/jwks.json",
        "https://issuer.example/shop/.well-known/jwks.json",
    ]


def test_the_served_kids_are_seen() -> None:
    """All kids of the set, whatever else its keys hold."""
    assert kids(b'{"keys":[{"kid":"a","kty":"EC"},{"kid":"b"}]}') == frozenset({"a", "b"})


@pytest.mark.parametrize("status", [404, 410])
def test_not_found_means_that_no_key_is_served(status: int) -> None:
    """A revoked key of an issuer that is gone is seen to be gone."""
    assert kids(FetchFailed("status", status=status)) == frozenset()


@pytest.mark.parametrize(
    "answer",
    [
        FetchFailed("no answer"),
        FetchFailed("status", status=403),
        FetchFailed("status", status=503),
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":["a"]}',
    ],
    ids=repr,
)
def test_nothing_is_concluded_from_anything_else(answer: bytes | FetchFailed) -> None:
    """A failure or a document that is no JWK Set proves neither presence nor absence."""
    assert kids(answer) is None
