"""What holds of any token, any bytes, any change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.jose import base64url, strict_json
from jwx.jose.jwk_set import MalformedJwkSet, parse_jwk_set
from jwx.jose.jws import parse_unverified
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwk, raw_token, token

pytestmark = pytest.mark.slow  # hundreds of signatures

NAMES = ("ES256", "RS256", "Ed25519")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VERIFIER = Verifier(
    TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks={"keys": [jwk(name) for name in NAMES]}),
    clock=FakeClock(NOW),
    max_verified_tokens=64,
)
TOKENS = {name: token(name) for name in NAMES}
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**38), 10**38),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8")),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def refused(candidate: str) -> None:
    with pytest.raises(VerificationError):
        VERIFIER.verify(candidate)


@pytest.mark.parametrize("name", NAMES)
def test_any_single_character_change_is_refused(name: str) -> None:
    """At every place of the token: the next letter of the alphabet, a dot, nothing, the letter twice."""
    good = TOKENS[name]
    assert VERIFIER.verify(good) == claims()
    for place, letter in enumerate(good):
        other = ALPHABET[(ALPHABET.find(letter) + 1) % 64]
        for change in (other, "." if letter != "." else "", letter * 2, ""):
            refused(good[:place] + change + good[place + 1 :])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_any_single_bit_change_is_refused(name: str) -> None:
    """In the bytes of header, payload and signature, properly encoded again."""
    segments = [base64url.decode(segment) for segment in TOKENS[name].split(".")]
    for which, data in enumerate(segments):
        for bit in range(len(data) * 8):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            parts = [*segments[:which], bytes(changed), *segments[which + 1 :]]
            refused(".".join(base64url.encode(part) for part in parts))


@settings(max_examples=40)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), VALUES, max_size=5))
def test_any_claims_make_the_round_trip(extra: dict[str, Any]) -> None:
    """What was signed is what is given back."""
    reserved = {"iss", "aud", "sub", "client_id", "iat", "exp", "nbf", "jti", "cnf", "scope"}
    wanted = claims() | {name: value for name, value in extra.items() if name not in reserved}
    signed = raw_token(
        json.dumps({"typ": "at+jwt", "alg": "Ed25519", "kid": jwk("Ed25519")["kid"]}).encode(),
        json.dumps(wanted, ensure_ascii=False).encode(),
        "Ed25519",
    )
    assert VERIFIER.verify(signed) == wanted
    assert VERIFIER.verify(signed) == wanted


@given(st.text())
def test_the_verifier_raises_nothing_but_its_error_on_any_text(text: str) -> None:
    """Surrogates and all."""
    refused(text)


@given(st.binary(), st.binary(), st.binary())
def test_the_verifier_raises_nothing_but_its_error_on_any_segments(
    head: bytes, body: bytes, tail: bytes
) -> None:
    """Properly encoded, whatever is in them."""
    refused(".".join(base64url.encode(part) for part in (head, body, tail)))


@settings(max_examples=40)
@given(VALUES, VALUES)
def test_the_verifier_raises_nothing_but_its_error_on_any_json(header: Any, payload: Any) -> None:
    """Rightly signed, so that all of it is read."""
    members = header if isinstance(header, dict) else {"x": header}
    head = json.dumps(members | {"typ": "at+jwt", "alg": "Ed25519", "kid": jwk("Ed25519")["kid"]}).encode()
    refused(raw_token(head, json.dumps(payload).encode(), "Ed25519"))


@settings(max_examples=40)
@given(st.sampled_from(sorted(claims())), VALUES)
def test_any_value_of_a_known_claim_is_judged(name: str, value: Any) -> None:
    """By claims or by the one error."""
    changed = raw_token(
        json.dumps({"typ": "at+jwt", "alg": "Ed25519", "kid": jwk("Ed25519")["kid"]}).encode(),
        json.dumps(claims() | {name: value}).encode(),
        "Ed25519",
    )
    try:
        verified = VERIFIER.verify(changed)
    except VerificationError:
        return
    assert verified[name] == value


@given(st.binary())
def test_parsers_raise_nothing_but_their_own_error_on_any_bytes(data: bytes) -> None:
    """JSON, key set and token alike."""
    for parse, error in ((strict_json.parse, strict_json.MalformedJson), (parse_jwk_set, MalformedJwkSet)):
        try:
            parse(data)
        except error:
            continue
    try:
        parse_unverified(data.decode("latin-1"))
    except VerificationError:
        return


@settings(max_examples=40)
@given(VALUES)
def test_strict_json_reads_what_json_writes(value: Any) -> None:
    """Strictness refuses nothing that is right."""
    assert strict_json.parse(json.dumps(value).encode()) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False).encode()) == value


@settings(max_examples=40)
@given(st.lists(VALUES, max_size=4))
def test_any_key_set_is_read_or_skipped_key_by_key(entries: list[Any]) -> None:
    """A foreign key among them never takes ours away."""
    document = json.dumps({"keys": [*entries, jwk("ES256")]}).encode()
    parsed = parse_jwk_set(document)
    assert (len(parsed.keys), parsed.skipped) == (1, len(entries))


@given(st.binary())
def test_base64url_is_a_bijection(data: bytes) -> None:
    """One spelling for each value, and back."""
    assert base64url.decode(base64url.encode(data)) == data


@given(st.text(alphabet=ALPHABET + "=+/ \n", max_size=12))
def test_what_decodes_is_spelled_the_one_way(text: str) -> None:
    """Nothing else decodes to it."""
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text
