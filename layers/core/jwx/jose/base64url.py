"""Base64url as RFC 7515 section 2 wants it: no padding, no white space, one spelling for each value."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

_URLSAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
_STANDARD = _URLSAFE.replace(b"-_", b"+/")
_FOREIGN, _DOT = ord("!"), ord(".")  # a number is found in bytes much faster than a byte string of one
# One pass over a token: to the alphabet of the standard library's decoder, all that is foreign to `!`.
_PAIRS = dict(zip(_URLSAFE, _STANDARD, strict=True))
_TO_STANDARD = bytes(_PAIRS.get(byte, _FOREIGN) for byte in range(256))
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
    segment = _standard(text)
    if _DOT in segment:
        raise ValueError("not base64url")
    return decode_segment(segment)


def split_in_three(text: str) -> tuple[bytes, bytes, bytes]:
    """The segments between two dots, checked to be base64url, for `decode_segment`."""
    head, _, rest = _standard(text).partition(b".")
    body, second, tail = rest.partition(b".")
    if not second or _DOT in tail:
        raise ValueError("not three segments")
    return head, body, tail


def _standard(text: str) -> bytes:
    standard = text.encode("ascii").translate(_TO_STANDARD)
    if _FOREIGN in standard:
        raise ValueError("not base64url")
    return standard


def decode_segment(segment: bytes) -> bytes:
    """The bytes that one segment of `split_in_three` spells; ValueError if they have another spelling."""
    rest = len(segment) % 4
    if rest == 1 or (rest and segment[-1] not in (_LAST_OF_TWO if rest == 2 else _LAST_OF_THREE)):
        raise ValueError("not the one spelling of any bytes")
    return a2b_base64(segment + b"==")
