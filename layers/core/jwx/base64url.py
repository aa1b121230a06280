"""Base64url as RFC 7515 section 2 wants it: no padding, no white space, one spelling for each value."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URLSAFE = bytes.maketrans(b"+/", b"-_")
# A last character that holds bits of no byte must hold zeros there (RFC 4648 section 3.5); else one
# token could be spelled in many ways, and whoever keeps a list of tokens could be fooled.
_LAST_OF_TWO = frozenset(b"AQgw")
_LAST_OF_THREE = frozenset(b"AEIMQUYcgkosw048")


def encode(data: bytes) -> str:
    """The one spelling of `data`."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URLSAFE).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes that `text` spells; ValueError for any other than their one spelling."""
    encoded = text.encode("ascii")
    if encoded.translate(None, ALPHABET):
        raise ValueError("not base64url")
    return decode_alphabet(encoded)


def decode_alphabet(encoded: bytes) -> bytes:
    """`decode` for bytes that are known to lie in the alphabet already."""
    rest = len(encoded) % 4
    if rest == 1 or (rest and encoded[-1] not in (_LAST_OF_TWO if rest == 2 else _LAST_OF_THREE)):
        raise ValueError("not the one spelling of any bytes")
    return a2b_base64(encoded.translate(_TO_STANDARD) + b"==")
