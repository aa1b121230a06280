"""Tokens in a real browser: what WebCrypto verifies, and in words why the others fail."""

from __future__ import annotations

import json
import re
import time

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.jose import base64url
from tests.browser.inspector import Inspector

KNOWN = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]


def encoded(document: object) -> str:
    """A segment of a token."""
    return base64url.encode(json.dumps(document).encode())


@pytest.mark.parametrize("algorithm", KNOWN)
def test_each_algorithm_of_the_browser_is_verified(inspector: Inspector, algorithm: str) -> None:
    """With the very keys that are published."""
    token = inspector.edge.token(algorithm)

    assert inspector.verdict(token) == (
        f"✓ Accepted: {inspector.edge.url} signed it, and it is valid just now."
    )


@pytest.mark.parametrize("algorithm", KNOWN)
def test_each_algorithm_finds_tampering(inspector: Inspector, algorithm: str) -> None:
    """The signature is really checked, whatever the algorithm."""
    header, payload, signature = inspector.edge.token(algorithm).split(".")
    claims = json.loads(base64url.decode(payload)) | {"sub": "admin"}

    assert inspector.verdict(f"{header}.{encoded(claims)}.{signature}") == (
        "✗ Refused: Its signature does not match: the token was changed, or somebody else signed it."
    )


def test_what_the_browser_does_not_know_is_said(inspector: Inspector) -> None:
    """No verdict is not the same as a bad signature."""
    assert "This browser does not know its algorithm “ML-DSA-44”" in inspector.verdict(
        inspector.edge.token("ML-DSA-44")
    )


def test_a_token_of_a_revoked_key(inspector: Inspector) -> None:
    """The set is fetched anew for each token: a page that was left open tells the truth."""
    edge = inspector.edge
    token = edge.token("ES384")
    assert inspector.verdict(token).startswith("✓")
    active = edge.world.ring().active("ES384")
    assert active is not None
    edge.world.do("revoke", kid=active.kid)

    assert inspector.verdict(token) == (
        f"✗ Refused: Its key “{active.kid}” is not in the JWK Set: "
        "revoked, retired, or never one of this issuer's."
    )


def test_a_token_that_was_revoked_by_itself(inspector: Inspector) -> None:
    """Its key is good: only the list of revoked tokens tells, fetched anew like the set."""
    token = inspector.edge.token()
    assert inspector.verdict(token).startswith("✓")
    claims = json.loads(base64url.decode(token.split(".")[1]))
    inspector.edge.world.do("revoke_token", jti=claims["jti"], exp=claims["exp"])

    assert inspector.verdict(token) == (
        f"✗ Refused: It was revoked by itself: its “jti” “{claims['jti']}” is on the issuer's list of "
        "revoked tokens."
    )


def test_an_expired_token(inspector: Inspector) -> None:
    """Since when it is."""
    token = inspector.edge.token(expires_in=600, age=3600)

    assert re.match(r"✗ Refused: It expired 5\d min (\d+ s )?ago, at 20", inspector.verdict(token))


def test_a_token_that_is_not_valid_yet(inspector: Inspector) -> None:
    """From when on it will be."""
    token = inspector.edge.token(nbf=int(time.time()) + 500)

    assert inspector.verdict(token).startswith("✗ Refused: It is not valid before 20")


def test_a_token_of_another_issuer(inspector: Inspector) -> None:
    """Both are named."""
    token = f"{encoded({'alg': 'ES256'})}.{encoded({'iss': 'https://evil.example'})}.AA"

    assert inspector.verdict(token) == (
        f"✗ Refused: It says it is from “https://evil.example”, and this page shows “{inspector.edge.url}”."
    )


def test_a_token_for_somebody_else(inspector: Inspector) -> None:
    """Only where the person said who they are."""
    token = inspector.edge.token()

    assert inspector.verdict(token, audience="api://orders").startswith("✓")
    assert inspector.verdict(token, audience="api://mail") == (
        "✗ Refused: It is for “api://orders”, and not for “api://mail”."
    )


OTHERS = "“at+jwt” is taken; another one only where it is listed (token_types)."


@pytest.mark.parametrize(
    ("typ", "taken", "words"),
    [
        ("JWT", "", f"✗ Refused: Its type is “JWT”, and {OTHERS}"),
        ("JWT", "at+jwt JWT", "✓ Accepted"),
        ("JWT", "application/jwt", "✓ Accepted"),
        ("at+jwt", "JWT, id+jwt", "✗ Refused: Its type is “at+jwt”, and “JWT”, “id+jwt” is taken."),
        ("at+jwt", "AT+JWT", "✓ Accepted"),
    ],
)
def test_only_a_type_that_is_taken_passes(inspector: Inspector, typ: str, taken: str, words: str) -> None:
    """As an authorizer decides: at+jwt by itself, another kind only where it is listed."""
    assert inspector.verdict(inspector.edge.token(typ=typ), types=taken).startswith(words)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({}, f"It says no type, which is “JWT”, and {OTHERS}"),
        ({"typ": "dpop+jwt"}, f"Its type is “dpop+jwt”, and {OTHERS}"),
        ({"typ": "Application/AT+jwt", "kid": "k"}, "Its key “k” is not in the JWK Set"),
        ({"typ": "application/at+jwt", "kid": "k"}, "Its key “k” is not in the JWK Set"),
    ],
)
def test_a_type_is_read_as_a_media_type(inspector: Inspector, header: dict[str, str], words: str) -> None:
    """RFC 7515 section 4.1.9. The verifier judges the type before it looks for the key; so does the page."""
    token = f"{encoded({'alg': 'ES256', **header})}.{encoded({'iss': inspector.edge.url})}.AA"
    verdict, active = inspector.verdict(token), inspector.edge.world.ring().active("ES256")
    assert active is not None
    keys = {"keys": [{"kid": active.kid, "alg": "ES256", **active.jwk}]}
    rules = TrustedIssuer(issuer=inspector.edge.url, audiences=["api://orders"], jwks=keys)
    with pytest.raises(VerificationError) as refused:
        Verifier(rules).verify(token)
    assert words in verdict
    assert (refused.value.reason == "wrong_type") == ("is taken" in verdict)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("nonsense", "It has not the form of a signed token"),
        ("a.b.c.d.e", "it is encrypted (JWE)"),
        ("a." * 9000, "It has 18000 characters; 16384 are allowed."),
        ("e30.!.x", "Its payload is no JSON object in base64url."),
        ("e31.e30.", "Its header is no JSON object in base64url."),
        (f"{encoded({'alg': 'none'})}.e30.", "It is not signed: its algorithm is “none”."),
        (f"{encoded({'alg': 'HS256'})}.e30.AA", "Its algorithm “HS256” needs a shared secret"),
        (f"{encoded({'alg': 'constructor'})}.e30.AA", "does not know its algorithm “constructor”"),
        (f"{encoded({'alg': 'ES256', 'crit': []})}.e30.AA", "Its header asks for “crit”, which is refused."),
        (f"{encoded({'alg': 'ES256', 'typ': 7})}.e30.AA", "The “typ” of its header is no text."),
        (f"{encoded({'alg': 'ES256', 'kid': None})}.e30.AA", "The “kid” of its header is no text."),
        (f"{encoded(['alg'])}.e30.AA", "Its header is no JSON object"),
    ],
)
def test_what_is_no_token_of_ours(inspector: Inspector, token: str, words: str) -> None:
    """Each in its own words."""
    assert words in inspector.verdict(token)


def test_a_key_of_another_algorithm(inspector: Inspector) -> None:
    """One key, one algorithm: RS256's key verifies no PS256."""
    header, payload, signature = inspector.edge.token("RS256").split(".")
    confused = json.loads(base64url.decode(header)) | {"alg": "PS256"}

    assert "it is no key for “PS256”" in inspector.verdict(f"{encoded(confused)}.{payload}.{signature}")


def test_claims_are_text_and_never_markup(inspector: Inspector) -> None:
    """A token may hold anything; the page shows it and runs nothing."""
    inspector.verdict(
        inspector.edge.token(name="<img src=x onerror=alert(1)>")
    )  # the page must not have an img

    assert inspector.page.get_by_text("<img src=x onerror=alert(1)>").is_visible()
    assert inspector.page.locator("main img").count() == 0


def test_times_are_told_in_words(inspector: Inspector) -> None:
    """Nobody reads epoch seconds."""
    inspector.verdict(inspector.edge.token())

    row = inspector.page.locator("#token-parts").get_by_role("row", name="exp")
    assert "expires in 9 min" in row.inner_text() or "expires in 10 min" in row.inner_text()


def test_nothing_of_a_token_leaves_the_page(inspector: Inspector) -> None:
    """Between paste and verdict the public documents are asked for, and nothing else; nothing is stored."""
    inspector.requests.clear()
    inspector.verdict(inspector.edge.token())

    paths = {request.url.removeprefix(inspector.edge.url) for request in inspector.requests}
    assert paths == {
        "/.well-known/jwks.json",
        "/.well-known/revoked-tokens.json",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    }
    assert (
        inspector.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    )
