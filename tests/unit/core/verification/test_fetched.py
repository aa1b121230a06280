"""What an answer says of its own age, and what is made of it."""

from __future__ import annotations

import pytest

from jwx.verification.fetched import read_caching


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (None, False)),
        ({"cache-control": "max-age=60"}, (60, False)),
        ({"cache-control": "MAX-AGE=60, Must-Revalidate"}, (60, True)),
        ({"cache-control": 'max-age="60"'}, (60, False)),
        ({"cache-control": "s-maxage=60"}, (None, False)),
        ({"cache-control": "max-age=60", "age": "59"}, (1, False)),
        ({"cache-control": "max-age=60", "age": "61"}, (0, False)),
        ({"cache-control": "max-age=60", "age": "x"}, (60, False)),
        ({"cache-control": "max-age=-1"}, (0, False)),
        ({"cache-control": "max-age=1e9"}, (0, False)),
        ({"cache-control": "max-age"}, (0, False)),
        ({"cache-control": "no-store"}, (0, False)),
        ({"cache-control": "no-cache, max-age=60"}, (0, False)),
        ({"cache-control": ",,=,"}, (None, False)),
    ],
    ids=lambda value: str(value)[:50],
)
def test_caching_headers_are_read_as_a_private_cache_reads_them(
    headers: dict[str, str], expected: tuple[float | None, bool]
) -> None:
    """RFC 9111: what makes no sense counts as stale."""
    assert read_caching(headers) == expected
