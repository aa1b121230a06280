"""JSON with one meaning: what two parsers could read differently is refused (RFC 8259, RFC 7493).

Python's parser takes duplicate names, NaN, numbers without bound, any Unicode encoding and lone
surrogates. Each has been used to make a signer, a verifier and a service behind it disagree.
"""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 32
MAX_NUMBER_LENGTH = 40
# Strings are skipped in one possessive step, an unclosed one to the end: linear on any input.
_BRACKETS = r'"(?:[^"\\]++|\\.)*+"?|([\[{])|([\]}])'


class MalformedJson(ValueError):
    """Not one strict JSON text."""


def parse_object(data: bytes) -> dict[str, Any]:
    """One JSON object, in UTF-8 without a byte order mark."""
    value = parse(data)
    if type(value) is not dict:
        raise MalformedJson("not an object")
    return value


def parse(data: bytes) -> Any:
    """One JSON value, in UTF-8 without a byte order mark."""
    try:
        text = data.decode("utf-8")
        if text.count("[") + text.count("{") > MAX_DEPTH:  # few texts: most have too few to nest deeply
            _refuse_deep_nesting(text)
        text = text.strip(" \t\n\r")
        value, end = _scan(text, 0)
        if end != len(text):
            raise MalformedJson("something follows the value")
        if "\\" in text and "\\u" in text:  # one character is found much faster than two
            # RFC 7493 section 2.1: a lone surrogate is no character, and no log can print it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except MalformedJson:
        raise
    except (ValueError, StopIteration) as error:  # Unicode and JSON errors are of these kinds
        raise MalformedJson("not JSON in UTF-8") from error
    return value


def _refuse_deep_nesting(text: str) -> None:
    depth = 0
    for match in re.finditer(_BRACKETS, text, re.DOTALL):
        depth += bool(match[1]) - bool(match[2])
        if depth > MAX_DEPTH:
            raise MalformedJson("nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("a name occurs twice")
    return members


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH:
        raise MalformedJson("a number is too long")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if len(text) > MAX_NUMBER_LENGTH or value - value != 0:  # an overflow to infinity
        raise MalformedJson("a number is out of range")
    return value


def _constant(text: str) -> None:
    raise MalformedJson(f"{text} is not JSON")


# `decode` would run two regular expressions more, for white space that `strip` has taken off.
_scan = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
).scan_once  # type: ignore[attr-defined] # typeshed leaves it out
