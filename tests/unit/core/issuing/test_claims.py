"""Claims are checked whole: what a verifier could read otherwise, or not at all, is never signed."""

from __future__ import annotations

from typing import Any

import pytest

from jwx.errors import InvalidRequest
from jwx.issuing.claims import MAX_DEPTH, MAX_VALUES, check_claims


@pytest.mark.parametrize("name", ["iss", "iat", "exp", "jti"])
def test_our_claims_are_refused_from_the_caller(name: str) -> None:
    """Even with the value that we would give them."""
    with pytest.raises(InvalidRequest, match=rf"claims\.{name}: is set by the issuer"):
        check_claims({"sub": "a", name: None})


@pytest.mark.parametrize("given", [None, [], "sub", 7, True])
def test_claims_are_an_object(given: Any) -> None:
    """RFC 7519 section 4."""
    with pytest.raises(InvalidRequest, match="claims: an object is needed"):
        check_claims(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sub", 7),
        ("sub", ""),
        ("sub", None),
        ("aud", ""),
        ("aud", []),
        ("aud", ["a", 1]),
        ("aud", ["a", ""]),
        ("aud", {"a": "b"}),
        ("scope", ["read", "write"]),
        ("scope", "read  write"),
        ("scope", " read"),
        ("scope", ""),
        ("scope", 'say"it'),
        ("client_id", 1),
        ("nbf", "1700000000"),
        ("nbf", True),
        ("nbf", -1),
        ("auth_time", [1]),
        ("amr", "pwd"),
        ("amr", []),
        ("acr", 1),
        ("azp", None),
        ("nonce", 1),
        ("sid", False),
        ("cnf", "thumbprint"),
        ("act", "svc-2"),
        ("may_act", []),
    ],
)
def test_registered_claims_have_their_registered_types(name: str, value: Any) -> None:
    """The message names the claim."""
    with pytest.raises(InvalidRequest, match=rf"^claims\.{name}: "):
        check_claims({name: value})


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "a", "aud": "b"},
        {"aud": ["a", "b"], "scope": "read write:all https://x.example/y"},
        {"nbf": 1_700_000_000, "auth_time": 1_700_000_000.5},
        {"act": {"sub": "svc-2"}, "cnf": {"jkt": "x"}},
        {"any": [None, True, 1, 1.5, "ü€😀", {"deep": {"er": []}}], "": "a name may be empty"},
        {"exact": 2**53 - 1, "least": -(2**53) + 1, "tiny": 5e-324},
        {},
    ],
)
def test_sound_claims_pass_unchanged(claims: dict[str, Any]) -> None:
    """Whatever JSON and the RFCs allow."""
    assert check_claims(claims) == claims


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), float("-inf"), 2**53, -(2**53), "\ud800", b"bytes", {1, 2}, {"\udfff": 1}],
)
def test_what_is_no_json_is_refused_at_any_depth(value: Any) -> None:
    """Python's json would read and write most of these; other parsers would not, or otherwise."""
    with pytest.raises(InvalidRequest):
        check_claims({"a": value})
    with pytest.raises(InvalidRequest, match=r"^claims\.a\[1\]\.b"):
        check_claims({"a": [0, {"b": value}]})


def test_a_name_must_be_a_string() -> None:
    """json.dumps would quote a number into one."""
    with pytest.raises(InvalidRequest, match="a name in it"):
        check_claims({"a": {1: 2}})


def test_depth_is_bounded_to_the_level() -> None:
    """The claims object is the first level; no depth overflows the stack."""

    def nested(levels: int) -> Any:
        value: Any = 1
        for _ in range(levels):
            value = [value]
        return value

    assert check_claims({"a": nested(MAX_DEPTH - 1)})
    for levels in (MAX_DEPTH, 100_000):
        with pytest.raises(InvalidRequest, match=f"deeper than {MAX_DEPTH}"):
            check_claims({"a": nested(levels)})


def test_the_number_of_values_is_bounded() -> None:
    """A bound on the work, at any shape."""
    assert check_claims({"a": [0] * (MAX_VALUES - 1)})
    with pytest.raises(InvalidRequest, match=f"more than {MAX_VALUES}"):
        check_claims({"a": [0] * MAX_VALUES})


def test_messages_never_show_values() -> None:
    """A claim's value may be personal data, and messages reach the log."""
    for claims in ({"sub": {"name": "Erika Musterfrau"}}, {"email": ["Erika Musterfrau", float("nan")]}):
        with pytest.raises(InvalidRequest) as refused:
            check_claims(claims)
        assert "Erika" not in str(refused.value)


def test_long_or_unprintable_names_are_cut() -> None:
    """A message fits into a log line whatever the caller sends."""
    with pytest.raises(InvalidRequest) as refused:
        check_claims({"x" * 5000 + "\n": float("nan")})
    assert len(str(refused.value)) < 200
    assert "\n" not in str(refused.value)
