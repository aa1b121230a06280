"""`jwx token`: one token, ready to be piped."""

from __future__ import annotations

import json

from jwx.jose.jws import parse_payload, parse_unverified
from tests.unit.cli.commands.people import Person


def test_the_token_alone_is_printed(person: Person) -> None:
    """So that `jwx token ... | jwx inspect -` works."""
    ended = person.jwx("token", "--sub", "svc-1", "--aud", "api://orders", "--scope", "orders:read")

    claims = parse_payload(parse_unverified(ended.out.strip()).payload)
    assert (claims["sub"], claims["aud"], claims["scope"]) == ("svc-1", "api://orders", "orders:read")


def test_claims_are_json_or_text(person: Person) -> None:
    """Numbers and objects keep their type; what is no JSON is a string; several audiences are a list."""
    arguments = ("--sub", "s", "--aud", "a", "--aud", "b", "-c", "n=3", "-c", 'o={"a": [1]}', "-c", "t=hello")

    token = person.jwx("token", *arguments).out.strip()

    claims = parse_payload(parse_unverified(token).payload)
    assert (claims["aud"], claims["n"], claims["o"], claims["t"]) == (["a", "b"], 3, {"a": [1]}, "hello")


def test_json_tells_the_kid_too(person: Person) -> None:
    """The signer's whole answer."""
    answer = json.loads(person.jwx("token", "--sub", "s", "--aud", "a", "--expires-in", "60", "--json").out)

    assert answer["kid"] == person.active()
    assert answer["expires_at"] - answer["issued_at"] == 60


def test_the_signer_judges_the_claims(person: Person) -> None:
    """Nothing is checked here that it checks."""
    ended = person.jwx("token", "--sub", "s", "--aud", "a", "-c", "iss=me")

    assert (ended.code, ended.err.startswith("jwx: InvalidRequest: claims.iss: ")) == (3, True)


def test_no_key_is_a_failure_and_no_refusal(person: Person) -> None:
    """The request was fine: trying again later helps."""
    person.world.do("rotate")
    person.world.do("revoke", kid=person.active())

    ended = person.jwx("token", "--sub", "s", "--aud", "a")

    assert (ended.code, ended.err.startswith("jwx: NoActiveKey: ")) == (4, True)


def test_a_claim_without_a_name_is_told(person: Person) -> None:
    """Wrong usage never reaches the signer."""
    assert person.jwx("token", "-c", "=x").code == 2
    assert person.stack.requests == []
