"""Our decision beside PyJWT's and joserfc's, on tokens good and bad; each difference with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import joserfc.jwt
import jwt
import pytest
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from jwx import TrustedIssuer, VerificationError, Verifier
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, claims, jwk, private_key, raw_token, token

# What all three know. PyJWT and joserfc call Ed25519 by its older name; neither has ML-DSA here.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
NAMES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEYS = {"keys": [jwk(name) for name in NAMES]}
FAR = 4_000_000_000  # the peers ask the system's clock; these tokens are good by any


def ours(candidate: str) -> bool:
    issuer = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks=KEYS, algorithms=NAMES)
    try:
        Verifier(issuer, clock=FakeClock(NOW)).verify(candidate)
    except VerificationError:
        return False
    return True


def pyjwts(candidate: str) -> bool:
    try:
        kid = jwt.get_unverified_header(candidate)["kid"]
        key = jwt.PyJWKSet.from_dict(KEYS)[kid]
        options: Any = {"require": ["exp"]}
        jwt.decode(candidate, key, list(NAMES), options, audience=AUDIENCE, issuer=ISSUER, leeway=60)
    except (jwt.PyJWTError, KeyError):
        return False
    return True


def joserfcs(candidate: str) -> bool:
    registry = JWSRegistry(algorithms=list(NAMES))
    rules = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
        leeway=60,
    )
    try:
        keys = KeySet.import_key_set(KEYS)  # type: ignore[arg-type]
        rules.validate(joserfc.jwt.decode(candidate, keys, registry=registry).claims)
    except (joserfc.errors.JoseError, ValueError):
        return False
    return True


def head(**members: Any) -> bytes:
    return json.dumps({"typ": "at+jwt", "alg": "ES256", "kid": jwk("ES256")["kid"]} | members).encode()


def body(**members: Any) -> bytes:
    return json.dumps(claims(**({"iat": 1, "exp": FAR} | members))).encode()


def good(name: str = "ES256", **changes: Any) -> str:
    return token(name, **({"iat": 1, "exp": FAR} | changes))


AGREED: dict[str, Callable[[], str]] = {
    **{f"good {name}": (lambda name=name: good(name)) for name in NAMES},  # type: ignore[misc]
    "audience in a list": lambda: good(aud=["x", AUDIENCE]),
    "nbf long ago": lambda: good(nbf=5),
    "unknown claims": lambda: good(x={"y": [1, None, True]}),
    "expired": lambda: good(exp=1000),
    "no exp": lambda: good(exp=None),
    "nbf in the far future": lambda: good(nbf=FAR),
    "another issuer": lambda: good(iss="https://other.example"),
    "no issuer": lambda: good(iss=None),
    "another audience": lambda: good(aud="x"),
    "no audience": lambda: good(aud=None),
    "another key": lambda: good(serial=1, header={"kid": jwk("ES256")["kid"]}),
    "an unknown key": lambda: good(serial=1),
    "none": lambda: good(header={"alg": "none"}),
    "HS256": lambda: good(header={"alg": "HS256"}),
    "an RS256 signature as PS256": lambda: raw_token(
        head(alg="PS256", kid=jwk("RS256")["kid"]), body(), "RS256"
    ),
    "crit": lambda: good(header={"crit": ["x"], "x": 1}),
    "no signature": lambda: good().rsplit(".", 1)[0] + ".",
    "two segments": lambda: good().rsplit(".", 1)[0],
    "a changed payload": lambda: ".".join([good().split(".")[0], good(sub="x").split(".")[1], "AAAA"]),
    "payload an array": lambda: raw_token(head(), b"[]"),
    "payload no JSON": lambda: raw_token(head(), b"x"),
    "exp a word": lambda: good(exp="soon"),
    "sub a list": lambda: good(sub=["x"]),
}
# Where we refuse and a peer accepts, and why we do.
STRICTER: dict[str, tuple[Callable[[], str], set[str], str]] = {
    "duplicate claim": (
        lambda: raw_token(head(), body()[:-1] + b',"sub":"root"}'),
        {"pyjwt", "joserfc"},
        "RFC 7519 section 4: names are unique, or only the last is taken; RFC 8725 section 2.5",
    ),
    "duplicate alg": (
        lambda: raw_token(head()[:-1] + b',"alg":"ES256"}', body()),
        {"pyjwt", "joserfc"},
        "RFC 7515 section 4",
    ),
    "NaN": (
        lambda: raw_token(head(), body()[:-1] + b',"x":NaN}'),
        {"pyjwt", "joserfc"},
        "RFC 8259 section 6: no JSON",
    ),
    "a byte order mark": (
        lambda: raw_token(head(), b"\xef\xbb\xbf" + body()),
        {"pyjwt", "joserfc"},
        "RFC 8259 section 8.1",
    ),
    "payload in UTF-16": (
        lambda: raw_token(head(), body().decode().encode("utf-16")),
        {"pyjwt", "joserfc"},
        "RFC 7519 section 7.2: UTF-8",
    ),
    "typ of another kind": (
        lambda: good(header={"typ": "logout+jwt"}),
        {"pyjwt", "joserfc"},
        "RFC 8725 section 3.11: mutually exclusive kinds of tokens",
    ),
    "bound to a key": (
        lambda: good(cnf={"jkt": "x"}),
        {"pyjwt", "joserfc"},
        "RFC 7800: no bearer token",
    ),
    "exp true": (lambda: good(exp=True), set(), "a boolean is no number"),
    "exp a string of digits": (lambda: good(exp=str(FAR)), {"pyjwt"}, "RFC 7519 section 4.1.4: a number"),
    "b64 without crit": (lambda: good(header={"b64": True}), {"pyjwt", "joserfc"}, "RFC 7797 section 6"),
}
PEERS = {"pyjwt": pyjwts, "joserfc": joserfcs}


@pytest.mark.parametrize("make", AGREED.values(), ids=AGREED.keys())
def test_all_three_decide_alike(make: Callable[[], str]) -> None:
    """Where the RFC leaves nothing open."""
    candidate = make()
    assert {name: peer(candidate) for name, peer in PEERS.items()} == dict.fromkeys(PEERS, ours(candidate))


@pytest.mark.parametrize(("make", "accepting", "reason"), STRICTER.values(), ids=STRICTER.keys())
def test_where_we_refuse_and_a_peer_accepts(
    make: Callable[[], str], accepting: set[str], reason: str
) -> None:
    """Each with its reason; a peer that catches up shows up here."""
    candidate = make()
    assert reason
    assert not ours(candidate)
    assert {name for name, peer in PEERS.items() if peer(candidate)} == accepting


@pytest.mark.parametrize("name", NAMES)
def test_a_token_made_by_joserfc_is_accepted(name: str) -> None:
    """Signed by the same private key, serialized by another hand."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from joserfc.jwk import import_key

    pem = private_key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = import_key(pem, {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}[name[:2]])  # type: ignore[call-overload]
    header = {"alg": name, "kid": jwk(name)["kid"], "typ": "at+jwt"}
    made = joserfc.jwt.encode(header, claims(), key, registry=JWSRegistry(algorithms=[name]))
    assert ours(made)


@pytest.mark.parametrize("name", NAMES)
def test_a_token_made_by_pyjwt_is_accepted(name: str) -> None:
    """Signed by the same private key, serialized by another hand."""
    headers = {"kid": jwk(name)["kid"], "typ": "at+jwt"}
    assert ours(jwt.encode(claims(), private_key(name), name, headers))
