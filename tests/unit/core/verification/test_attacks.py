"""Every attack that is known on verifiers of tokens, tried on ours: refused, always by the one error."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS, algorithm, raw_to_der
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import (
    AUDIENCE,
    ISSUER,
    NOW,
    claims,
    jwk,
    jwks,
    private_key,
    raw_token,
    sign,
    token,
)
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

SIGNERS = ("RS256", "PS384", "ES256", "ES512", "Ed25519", "ML-DSA-44")
GOOD = token("ES256")
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
RSA = token("RS256")


@pytest.fixture
def verifier() -> Verifier:
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI)
    return Verifier(trusted, fetch=KeyEndpoint({JWKS_URI: jwks(*SIGNERS)}), clock=FakeClock(NOW))


def header(**members: Any) -> bytes:
    return json.dumps({"typ": "at+jwt", "alg": "ES256", "kid": jwk("ES256")["kid"]} | members).encode()


def body(**members: Any) -> bytes:
    return json.dumps(claims(**members)).encode()


def unsigned(head: bytes, signature: str = "", payload: str = PAYLOAD) -> str:
    return f"{base64url.encode(head)}.{payload}.{signature}"


def hmac_with(secret: bytes, name: str, bits: int) -> str:
    message = f"{base64url.encode(header(alg=name, kid=jwk('RS256')['kid']))}.{PAYLOAD}"
    return f"{message}.{base64url.encode(hmac.digest(secret, message.encode(), f'sha{bits}'))}"


def public_bytes(encoding: Encoding) -> bytes:
    public: bytes = (
        private_key("RS256").public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    )
    return public


def with_signature(signature: bytes) -> str:
    return f"{HEADER}.{PAYLOAD}.{base64url.encode(signature)}"


RAW = base64url.decode(SIGNATURE)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

NONE = {
    f"alg {name!r} and {'a' if signature else 'no'} signature": unsigned(header(alg=name), signature)
    for name in ("none", "None", "NONE", "nOnE", "none ", "", "\u0000none")
    for signature in ("", SIGNATURE)
}
CONFUSION = {
    "HS256 with the public key in PEM": hmac_with(public_bytes(Encoding.PEM), "HS256", 256),
    "HS256 with the public key in DER": hmac_with(public_bytes(Encoding.DER), "HS256", 256),
    "HS384 with the modulus": hmac_with(jwk("RS256")["n"].encode(), "HS384", 384),
    "HS512 with an empty secret": hmac_with(b"", "HS512", 512),
    "an RS256 signature called PS256": raw_token(
        header(alg="PS256", kid=jwk("RS256")["kid"]), body(), "RS256"
    ),
    "an RS256 key used for PS256": raw_token(header(alg="PS256", kid=jwk("RS256")["kid"]), body(), "PS256"),
    "an RS256 key used for RS384": raw_token(header(alg="RS384", kid=jwk("RS256")["kid"]), body(), "RS384"),
    "a PS384 key used for RS256": raw_token(header(alg="RS256", kid=jwk("PS384")["kid"]), body(), "RS256"),
    "an ES256 key used for ES384": raw_token(header(alg="ES384"), body(), "ES384"),
    "an ES256 key used for ES512": raw_token(header(alg="ES512"), body(), "ES512"),
    "an Ed25519 key used as EdDSA": raw_token(
        header(alg="EdDSA", kid=jwk("Ed25519")["kid"]), body(), "Ed25519"
    ),
    "an EC key under an RSA alg": raw_token(header(alg="RS256"), body(), "ES256"),
    "an RSA key under an EC alg": raw_token(header(alg="ES256", kid=jwk("RS256")["kid"]), body(), "RS256"),
    "alg in lower case": raw_token(header(alg="es256"), body()),
    "alg with a space": raw_token(header(alg="ES256 "), body()),
    "ES256K": raw_token(header(alg="ES256K"), body()),
    "Ed448": raw_token(header(alg="Ed448"), body()),
    "no alg": raw_token(b'{"typ":"at+jwt"}', body()),
    "alg a list": raw_token(header(alg=["ES256"]), body()),
    "alg null": raw_token(header(alg=None), body()),
    "alg true": raw_token(header(alg=True), body()),
}
ECDSA = {
    "zeros": with_signature(bytes(64)),
    "r zero": with_signature(bytes(32) + RAW[32:]),
    "s zero": with_signature(RAW[:32] + bytes(32)),
    "r and s one": with_signature((1).to_bytes(32) * 2),
    "r and s the order": with_signature(ORDER.to_bytes(32) * 2),
    "s with the order added": with_signature(
        RAW[:32] + ((int.from_bytes(RAW[32:]) + ORDER) % 2**256).to_bytes(32)
    ),
    "truncated": with_signature(RAW[:-1]),
    "one byte more": with_signature(RAW + b"\0"),
    "in front a zero byte": with_signature(b"\0" + RAW),
    "padded to another curve's size": with_signature(bytes(16) + RAW[:32] + bytes(16) + RAW[32:]),
    "in DER": with_signature(raw_to_der(RAW, 32)),
    "empty": with_signature(b""),
    "twice": with_signature(RAW + RAW),
    "r and s swapped": with_signature(RAW[32:] + RAW[:32]),
}
SIGNATURES = {
    "stripped": f"{HEADER}.{PAYLOAD}.",
    "stripped with its dot": f"{HEADER}.{PAYLOAD}",
    "of another token": f"{HEADER}.{PAYLOAD}.{token('ES256', sub='svc-2').split('.')[2]}",
    "payload of another token": f"{HEADER}.{token('ES256', sub='root').split('.')[1]}.{SIGNATURE}",
    "header of another token": f"{token('ES256', header={'x': 1}).split('.')[0]}.{PAYLOAD}.{SIGNATURE}",
    "of a key that is not the issuer's": token("ES256", serial=1, header={"kid": jwk("ES256")["kid"]}),
    "of a key that is not the issuer's, by its own kid": token("ES256", serial=1),
    "RSA, one byte short": RSA[:-4],
    "RSA, all zeros": ".".join([*RSA.split(".")[:2], base64url.encode(bytes(256))]),
    "RSA, the number one": ".".join([*RSA.split(".")[:2], base64url.encode((1).to_bytes(256))]),
    "RSA, the modulus": ".".join([*RSA.split(".")[:2], jwk("RS256")["n"]]),
    "RSA, a zero byte in front": ".".join(
        [*RSA.split(".")[:2], base64url.encode(b"\0" + base64url.decode(RSA.split(".")[2]))]
    ),
    "Ed25519, zeros": ".".join([*token("Ed25519").split(".")[:2], base64url.encode(bytes(64))]),
    "ML-DSA, zeros": ".".join([*token("ML-DSA-44").split(".")[:2], base64url.encode(bytes(2420))]),
}
EMBEDDED = {
    f"a key of the attacker's in {member}": token("ES256", serial=1, header={member: value, "kid": None})
    for member, value in {
        "jwk": jwk("ES256", 1),
        "jku": "https://attacker.example/jwks.json",
        "x5u": "https://attacker.example/chain.pem",
        "x5c": ["MIIB"],
        "x5t#S256": "AAAA",
    }.items()
}
KIDS = {
    f"kid {number}": token("ES256", header={"kid": kid})
    for number, kid in enumerate(
        (
            "",
            "../../../../dev/null",
            "/etc/passwd",
            "' OR '1'='1",
            "x' UNION SELECT 'secret",
            "https://attacker.example/key",
            "file:///dev/null",
            "|/usr/bin/id",
            "\u0000",
            jwk("ES256")["kid"] + "\u0000",
            jwk("ES256")["kid"].swapcase(),
            " " + jwk("ES256")["kid"],
            "k" * 4000,
            "\u202e",
            7,
            ["ES256"],
            {},
            True,
        )
    )
}
HEADERS = {
    "crit": token(header={"crit": ["exp"], "exp": 1}),
    "crit empty": token(header={"crit": []}),
    "crit unknown": token(header={"crit": ["x"], "x": 1}),
    "b64 false": token(header={"b64": False, "crit": ["b64"]}),
    "b64 without crit": token(header={"b64": False}),
    "zip": token(header={"zip": "DEF"}),
    "enc": token(header={"enc": "A256GCM"}),
    "typ of an ID token": token(header={"typ": "JWT"}),
    "typ absent": token(header={"typ": None}),
    "typ of a logout token": token(header={"typ": "logout+jwt"}),
    "typ a list": token(header={"typ": ["at+jwt"]}),
    "typ null": raw_token(header(typ=None), body()),
    "typ with a space": token(header={"typ": " at+jwt"}),
    "typ with its prefix twice": token(header={"typ": "application/application/at+jwt"}),
    "kid null": raw_token(header(kid=None), body()),
    "typ with a parameter": token(header={"typ": "at+jwt; x=y"}),
    "no JSON": raw_token(b"alg=ES256", body()),
    "an array": raw_token(b'["ES256"]', body()),
    "a string": raw_token(b'"ES256"', body()),
    "null": raw_token(b"null", body()),
    "empty": raw_token(b"", body()),
    "something behind": raw_token(header() + b"{}", body()),
    "a comment": raw_token(header() + b"// x", body()),
    "single quotes": raw_token(header().replace(b'"', b"'"), body()),
    "a trailing comma": raw_token(header()[:-1] + b",}", body()),
    "in UTF-16": raw_token(header().decode().encode("utf-16"), body()),
    "in UTF-16 without a mark": raw_token(header().decode().encode("utf-16-le"), body()),
    "in UTF-32": raw_token(header().decode().encode("utf-32"), body()),
    "with a byte order mark": raw_token(b"\xef\xbb\xbf" + header(), body()),
    "not UTF-8": raw_token(header()[:-1] + b',"x":"\xff"}', body()),
    "overlong UTF-8": raw_token(header()[:-1] + b',"x":"\xc0\xaf"}', body()),
    "a lone surrogate": raw_token(header()[:-1] + b',"x":"\\ud800"}', body()),
    "deeply nested": raw_token(header()[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}", body()),
}
DUPLICATES = {
    f"{where}: {text.decode()}": (
        raw_token(header()[:-1] + b"," + text + b"}", body())
        if where == "header"
        else raw_token(header(), body()[:-1] + b"," + text + b"}")
    )
    for where, text in (
        ("header", b'"alg":"ES256"'),
        ("header", b'"\\u0061lg":"none"'),
        ("header", b'"kid":"x"'),
        ("header", b'"x":{"y":1,"y":2}'),
        ("payload", b'"sub":"root"'),
        ("payload", b'"s\\u0075b":"root"'),
        ("payload", b'"exp":9999999999'),
        ("payload", b'"iss":"https://issuer.example.com"'),
        ("payload", b'"x":[{"y":1,"\\u0079":2}]'),
    )
}
PAYLOADS = {
    "an array": raw_token(header(), b"[]"),
    "a string": raw_token(header(), b'"x"'),
    "empty": raw_token(header(), b""),
    "empty object": raw_token(header(), b"{}"),
    "NaN": raw_token(header(), body()[:-1] + b',"x":NaN}'),
    "Infinity": raw_token(header(), body()[:-1] + b',"x":-Infinity}'),
    "1e400": raw_token(header(), body()[:-1] + b',"x":1e400}'),
    "exp 1e400": raw_token(header(), body(exp=None)[:-1] + b',"exp":1e400}'),
    "a number of 5000 digits": raw_token(header(), body()[:-1] + b',"x":' + b"9" * 5000 + b"}"),
    "deeply nested": raw_token(header(), body()[:-1] + b',"x":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}"),
    "unclosed and full of quotes": raw_token(header(), b'{"' + b'\\"[' * 3000),
    "in UTF-16": raw_token(header(), body().decode().encode("utf-16")),
    "with a byte order mark": raw_token(header(), b"\xef\xbb\xbf" + body()),
    "a lone surrogate": raw_token(header(), body()[:-1] + b',"x":"\\ud800"}'),
    "a pair of surrogates the wrong way round": raw_token(header(), body()[:-1] + b',"x":"\\udc00\\ud800"}'),
    "a lone surrogate in a name": raw_token(header(), body()[:-1] + b',"\\udfff":1}'),
    "a surrogate in UTF-8": raw_token(header(), body()[:-1] + b',"x":"\xed\xa0\x80"}'),
    "beyond Unicode": raw_token(header(), body()[:-1] + b',"x":"\xf4\x90\x80\x80"}'),
    "a line break in a string": raw_token(header(), body()[:-1] + b',"x":"a\nb"}'),
    "a NUL behind": raw_token(header(), body() + b"\0"),
    "a space of another alphabet in front": raw_token(header(), "\u00a0".encode() + body()),
    "a line separator behind": raw_token(header(), body() + "\u2028".encode()),
    "a number with a leading zero": raw_token(header(), body()[:-1] + b',"x":01}'),
    "a hexadecimal number": raw_token(header(), body()[:-1] + b',"x":0x1}'),
    "a number without its first digit": raw_token(header(), body()[:-1] + b',"x":.5}'),
    "a nested token": raw_token(header(), GOOD.encode()),
}
CLAIMS = {
    "another issuer": token(iss="https://attacker.example"),
    "issuer with a slash": token(iss=ISSUER + "/"),
    "issuer in upper case": token(iss=ISSUER.upper()),
    "issuer a list": token(iss=[ISSUER]),
    "no issuer": token(iss=None),
    "another audience": token(aud="api://other"),
    "audience with a suffix": token(aud=AUDIENCE + "/"),
    "audience a prefix": token(aud="api://"),
    "audience an empty list": token(aud=[]),
    "audience a list with a number": token(aud=[AUDIENCE, 1]),
    "audience an object": token(aud={AUDIENCE: 1}),
    "audience a list in a list": token(aud=[[AUDIENCE]]),
    "audience a list with an empty list": token(aud=[AUDIENCE, []]),
    "no audience": token(aud=None),
    "expired": token(exp=NOW - 61),
    "expired at the end of the leeway": token(exp=NOW - 60),
    "exp a string": token(exp=str(NOW + 60)),
    "exp true": token(exp=True),
    "exp null": raw_token(header(), body()[:-1].replace(b'"exp": 1800003600', b'"exp": null') + b"}"),
    "no exp": token(exp=None),
    "exp negative": token(exp=-1),
    "exp minus zero": token(exp=-0.0),
    "exp a list": token(exp=[NOW + 60]),
    "exp minus the greatest number": token(exp=-1.7e308),
    "nbf null": raw_token(header(), body()[:-1] + b',"nbf":null}'),
    "iat the greatest number": token(iat=1.7e308),
    "sub null": raw_token(header(), body(sub=None)[:-1] + b',"sub":null}'),
    "issuer with a NUL": token(iss=ISSUER + "\0"),
    "client_id an object": token(client_id={}),
    "bound to null": raw_token(header(), body()[:-1] + b',"cnf":null}'),
    "not before an hour from now": token(nbf=NOW + 3600),
    "nbf a string": token(nbf="0"),
    "issued in the future": token(iat=NOW + 61),
    "iat a string": token(iat=str(NOW)),
    "iat true": token(iat=True),
    "sub a number": token(sub=7),
    "jti a list": token(jti=["a"]),
    "bound to a key": token(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
    "bound to nothing": token(cnf={}),
}
FORMS = {
    "empty": "",
    "a dot": ".",
    "two dots": "..",
    "three dots": "...",
    "two segments": f"{HEADER}.{PAYLOAD}",
    "four segments": f"{GOOD}.{SIGNATURE}",
    "a dot within the signature": f"{HEADER}.{PAYLOAD}.{SIGNATURE[:9]}.{SIGNATURE[9:]}",
    "a dot within the payload": f"{HEADER}.{PAYLOAD[:8]}.{PAYLOAD[8:]}.{SIGNATURE}",
    "a JWE": f"{HEADER}.a.b.c.d",
    "a leading space": f" {GOOD}",
    "a newline behind": f"{GOOD}\n",
    "a newline within": f"{HEADER}\n.{PAYLOAD}.{SIGNATURE}",
    "a space within": f"{HEADER}.{PAYLOAD[:9]} {PAYLOAD[9:]}.{SIGNATURE}",
    "padding": f"{HEADER}.{PAYLOAD}.{SIGNATURE}==",
    "padding of the header": f"{HEADER}=.{PAYLOAD}.{SIGNATURE}",
    "percent encoding": GOOD.replace(".", "%2E"),
    "Bearer in front": f"Bearer {GOOD}",
    "JSON serialization": json.dumps({"protected": HEADER, "payload": PAYLOAD, "signature": SIGNATURE}),
    "letters that only look the same": GOOD.replace("e", "\u0435"),
    "a null character": f"{GOOD}\0",
    "a surrogate": f"{GOOD}\ud800",
    "the trailing bits changed": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "17 KB": token(x="a" * 17_000),
    "16 MB": "a." * 8_000_000,
}
CORPUS = {
    f"{group}: {name}": forged
    for group, attacks in {
        "none": NONE,
        "confusion": CONFUSION,
        "ecdsa": ECDSA,
        "signature": SIGNATURES,
        "embedded": EMBEDDED,
        "kid": KIDS,
        "header": HEADERS,
        "duplicate": DUPLICATES,
        "payload": PAYLOADS,
        "claims": CLAIMS,
        "form": FORMS,
    }.items()
    for name, forged in attacks.items()
}


@pytest.mark.parametrize("forged", CORPUS.values(), ids=CORPUS.keys())
def test_every_attack_is_refused_by_the_one_error(verifier: Verifier, forged: str) -> None:
    """A forged, altered or foreign token is at fault itself: VerificationError, not retryable, and soon."""
    begin = time.process_time()
    with pytest.raises(VerificationError) as refusal:
        verifier.verify(forged)
    assert not refusal.value.retryable
    assert time.process_time() - begin < 0.25


@pytest.mark.parametrize("value", [None, 7, b"a.b.c", ["a", "b", "c"], {}], ids=repr)
def test_what_is_no_string_is_refused_by_the_one_error(verifier: Verifier, value: Any) -> None:
    """Even a caller's mistake leaves by the one error."""
    with pytest.raises(VerificationError, match="malformed_token"):
        verifier.verify(value)


@pytest.mark.parametrize("name", SIGNERS)
def test_the_untouched_token_is_accepted(verifier: Verifier, name: str) -> None:
    """The corpus proves something only if what it starts from is good."""
    assert verifier.verify(token(name)) == claims()


@pytest.mark.parametrize("expires", [1.7e308, 10**39, NOW + 0.5, 1.9e9], ids=repr)
def test_any_finite_number_is_a_time(verifier: Verifier, expires: float) -> None:
    """RFC 7519 section 2: a NumericDate may have a fraction and may lie as far ahead as the issuer says."""
    assert verifier.verify(token(exp=expires))["exp"] == expires


def test_the_untouched_raw_token_is_accepted(verifier: Verifier) -> None:
    """So do the headers and payloads that are built by hand."""
    assert verifier.verify(raw_token(header(), body())) == claims()


@pytest.mark.parametrize("name", [name for name, row in ALGORITHMS.items() if row.kty != "RSA"])
def test_a_hash_in_place_of_the_message_is_refused(name: str) -> None:
    """A signature over the digest is none over the message."""
    row, message = algorithm(name), b"header.payload"
    public = private_key(name).public_key()
    signature = sign(name, hashlib.sha256(message).digest())
    assert not row.verify(public, signature, message)
