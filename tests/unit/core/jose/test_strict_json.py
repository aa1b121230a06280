"""JSON with one meaning only."""

from __future__ import annotations

import time

import pytest

from jwx.jose.strict_json import MAX_DEPTH, MalformedJson, parse, parse_object

REFUSED = {
    "nothing": b"",
    "white space": b" \n",
    "two values": b"{}{}",
    "a comma behind": b"{},",
    "duplicate": b'{"a":1,"a":2}',
    "duplicate through an escape": b'{"a":1,"\\u0061":2}',
    "duplicate within": b'{"x":[{"a":1,"a":1}]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b'{"a":-Infinity}',
    "overflow": b'{"a":1e400}',
    "negative overflow": b'{"a":-1e400}',
    "41 digits": b'{"a":' + b"1" * 41 + b"}",
    "a fraction of 41 characters": b'{"a":0.' + b"1" * 39 + b"}",
    "5000 digits": b'{"a":' + b"1" * 5000 + b"}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a":1}'.encode("utf-16-be"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "byte order mark": b'\xef\xbb\xbf{"a":1}',
    "Latin-1": '{"a":"é"}'.encode("latin-1"),
    "overlong": b'{"a":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate as a name": b'{"\\udfff":1}',
    "surrogates the wrong way round": b'{"a":"\\udc00\\ud800"}',
    "a raw newline in a string": b'{"a":"\n"}',
    "a null byte": b'{"a":1}\0',
    "a form feed around": b"\x0c{}",
    "a no-break space around": "\u00a0{}".encode(),
    "leading zero": b'{"a":01}',
    "plus": b'{"a":+1}',
    "a bare dot": b'{"a":1.}',
    "hexadecimal": b'{"a":0x1}',
    "single quotes": b"{'a':1}",
    "no quotes": b"{a:1}",
    "a trailing comma": b'{"a":1,}',
    "a comment": b'{"a":1}//',
    "unclosed": b'{"a":1',
    "too deep, arrays": b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    "too deep, objects": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "very deep": b"[" * 200_000,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_could_be_read_two_ways_is_refused(data: bytes) -> None:
    """By one error."""
    with pytest.raises(MalformedJson):
        parse_object(data)


@pytest.mark.parametrize("data", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_an_object_is_wanted(data: bytes) -> None:
    """Other values are JSON, and no header, claims set or key set."""
    parse(data)
    with pytest.raises(MalformedJson, match="not an object"):
        parse_object(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b' \t\r\n{"a" : 1}\n', {"a": 1}),
        (b'{"a":-0.5e-3}', {"a": -0.0005}),
        (b'{"a":' + b"9" * 40 + b"}", {"a": int("9" * 40)}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"ä":"😀"}'.encode(), {"ä": "😀"}),
        (b'{"a":"\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 40}),
        (b'{"a":"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": '"' + "[" * 36}),
        (b'{"":{"a":1},"b":{"a":1}}', {"": {"a": 1}, "b": {"a": 1}}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"[" + b"[]," * 100 + b"[]]", [[]] * 101),
    ],
    ids=range(11),
)
def test_good_json_is_read(data: bytes, value: object) -> None:
    """Strictness refuses nothing that has one meaning."""
    assert value is None or parse(data) == value
    parse(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"' + b'\\"[' * 80_000,
        b'"[' * 80_000,
        b'{"a":"' + b"\\" * 200_000,
        b"[[]" * 60_000,
        b'{"a":1,' * 30_000,
    ],
    ids=range(5),
)
def test_no_text_takes_long(data: bytes) -> None:
    """A quarter of a megabyte of anything is refused in well under a second."""
    begin = time.perf_counter()
    with pytest.raises(MalformedJson):
        parse(data)
    assert time.perf_counter() - begin < 0.25
