"""Base64url: one spelling for each value."""

from __future__ import annotations

import base64

import pytest

from jwx.jose.base64url import decode, encode


@pytest.mark.parametrize("size", range(9))
def test_bytes_make_the_round_trip(size: int) -> None:
    """As the standard library spells them, less the padding."""
    data = bytes(range(248, 248 + size)) if size else b""
    assert encode(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert decode(encode(data)) == data


@pytest.mark.parametrize(
    "text",
    ["A", "AAAAA", "AA==", "AAA=", "A A", "AA\n", "+w", "/w", "AB", "AR", "AAB", "é", "AA.", "A\0", "=", " "],
    ids=repr,
)
def test_any_other_spelling_is_refused(text: str) -> None:
    """Padding, white space, another alphabet, bits that belong to no byte."""
    with pytest.raises(
        ValueError, match=r"not base64url|not the one spelling|codec can't encode|too many values"
    ):
        decode(text)


def test_each_value_has_one_spelling() -> None:
    """Of the 64 spellings of one byte's second character, four decode."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = []
    for last in alphabet:
        try:
            accepted.append(decode("A" + last))
        except ValueError:
            continue
    assert accepted == [b"\x00", b"\x01", b"\x02", b"\x03"]
