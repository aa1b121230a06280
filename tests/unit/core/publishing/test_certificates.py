"""Certificates in the JWK Set: with a key while they are valid, in the API and the static copy alike."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jwx.errors import InvalidPolicy, InvalidRequest, UnknownKey
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key
from jwx.jose.jwk_set import parse_jwk_set
from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action
from jwx.publishing.certificates import MAX_CHAIN_BYTES, MAX_RING_BYTES
from jwx.publishing.publication import document
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx.ring.public_face import fingerprint
from jwx.ring.ring_document import read, write
from jwx.verbs.answers import answer
from jwx.verbs.certificate_verbs import attach_certificate
from jwx.verbs.verb_requests import VerbRequest
from jwx_cli.linter.judge_key_set import judge_key_set
from tests.fakes.certificate_authority import leaf, pem, private_key, root
from tests.fakes.ring_store import FakeRingStore
from tests.fakes.token_service import BASE_URL, TokenService

GOLDEN = Path(__file__).parents[3] / "golden" / "documents" / "certified" / "jwks.json"


def opened(*algorithms: str) -> tuple[KeyRing, int]:
    """A served ring and the time."""
    service = TokenService()
    return service.open(*(algorithms or ("ES256",))), service.clock()


def chain_for(key: SigningKey, now: int, *, end: int = 3600, **other: Any) -> list[str]:
    """PEM of a good chain."""
    public_key = load_public_key(key.jwk, algorithm(key.algorithm))
    times = {"start": now - 60, "end": now + end}
    return [pem(leaf(public_key, **times, **other)), pem(root(start=now - 60, end=now + 2 * end))]


def attached(ring: KeyRing, now: int, chain: Any, *, kid: str | None = None) -> KeyRing:
    given = {"action": "attach_certificate", "kid": kid or ring.keys[0].kid, "chain": chain}
    return attach_certificate(VerbRequest(given), now)(ring)


def jwks(ring: KeyRing, now: int) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = json.loads(document(ring, "jwks.json", base_url=BASE_URL, now=now))["keys"]
    return keys


def test_members_of_a_certified_key() -> None:
    """RFC 7517 sections 4.7 to 4.9: base64 of DER, and digests of the first certificate in base64url."""
    ring, now = opened()
    (jwk,) = jwks(attached(ring, now, chain_for(ring.keys[0], now)), now)
    first = b64decode(jwk["x5c"][0], validate=True)
    assert len(jwk["x5c"]) == 2
    assert jwk["x5t"] == urlsafe_b64encode(hashlib.sha1(first).digest()).decode().rstrip("=")  # noqa: S324
    assert jwk["x5t#S256"] == urlsafe_b64encode(hashlib.sha256(first).digest()).decode().rstrip("=")
    assert {k: v for k, v in jwk.items() if not k.startswith("x5")} == jwks(ring, now)[0]


def test_a_certified_key_verifies_as_before() -> None:
    """Our own verifier takes the key and never looks at the certificate."""
    ring, now = opened("ES256", "RS256", "ML-DSA-44")
    for key in ring.keys:
        ring = attached(ring, now, chain_for(key, now), kid=key.kid)
    assert parse_jwk_set(document(ring, "jwks.json", base_url=BASE_URL, now=now)).skipped == 0


def test_the_bytes_are_pinned() -> None:
    """A key with `key_ops` and certificates, and one without: whoever changes these bytes must mean to."""
    now = 1_800_000_000
    ring = KeyRing(issuer="certified", policy=RotationPolicy.parse({"key_ops": True}), created_at=now)
    for name in ("one", "two"):
        public_key = private_key(name).public_key()
        ring = _with_key(ring, name, public_key, now)
    ring = attached(replace(ring, served_at=now), now, chain_for(ring.keys[0], now), kid="one")
    assert document(ring, "jwks.json", base_url=BASE_URL, now=now) + b"\n" == GOLDEN.read_bytes()


def _with_key(ring: KeyRing, kid: str, public_key: Any, now: int) -> KeyRing:
    numbers = public_key.public_numbers()
    point = {
        name: urlsafe_b64encode(value.to_bytes(32)).decode().rstrip("=")
        for name, value in (("x", numbers.x), ("y", numbers.y))
    }
    jwk = {"kty": "EC", "crv": "P-256", "kid": kid} | point
    key = SigningKey(kid=kid, algorithm="ES256", jwk=jwk, created_at=now, published_at=now, activated_at=now)
    return replace(ring, keys=(*ring.keys, key))


def test_an_expired_certificate_leaves_the_set_by_itself() -> None:
    """To the last second with it, from then on without; the key stays."""
    ring, now = opened()
    certified = attached(ring, now, chain_for(ring.keys[0], now, end=600))
    assert "x5c" in jwks(certified, now + 600)[0]
    assert jwks(certified, now + 601) == jwks(ring, now)


def test_the_static_copy_follows() -> None:
    """The copy is written anew when a chain is attached, replaced, taken away or expires, and not else."""
    ring, now = opened()
    one = attached(ring, now, chain_for(ring.keys[0], now, end=600))
    other = attached(one, now, chain_for(ring.keys[0], now, end=700))
    prints = [fingerprint(each, now) for each in (ring, one, other)]
    assert len(set(prints)) == 3
    assert fingerprint(attached(one, now, []), now) == fingerprint(one, now + 601) == prints[0]
    assert fingerprint(one, now + 600) == prints[1]


def test_the_plan_tells_when_a_certificate_leaves() -> None:
    """A step to come, not one that is due: then the copy differs by itself."""
    ring, now = opened()
    certified = attached(ring, now, chain_for(ring.keys[0], now, end=600))
    certified = replace(certified, copied=fingerprint(certified, now))
    copies = [step for step in plan(certified, now) if step.action is Action.COPY]
    assert [(step.at, step.kid) for step in copies] == [(now + 601, ring.keys[0].kid)]
    late = [step for step in plan(certified, now + 601) if step.action is Action.COPY]
    assert [(step.at, step.kid) for step in late] == [(now + 601, None)]


def test_the_linter_has_nothing_against_it() -> None:
    """Our own judge of JWK Sets: the certificate, its digests, and `key_ops` beside `use`."""
    ring, now = opened("ES256", "RS256", "Ed25519")
    for key in ring.keys:
        ring = attached(ring, now, chain_for(key, now), kid=key.kid)
    ring = replace(ring, policy=replace(ring.policy, key_ops=True))
    assert list(judge_key_set(json.loads(document(ring, "jwks.json", base_url=BASE_URL, now=now)))) == []


def test_the_endpoint_does_not_keep_what_expired() -> None:
    """A warm function renders anew although the ring is the same."""
    ring, now = opened()
    certified = attached(replace(ring, version=""), now, chain_for(ring.keys[0], now, end=600))
    store, clock = FakeRingStore(), [now]
    store.save(certified)
    well_known = WellKnown(store, lambda: clock[0], base_url=BASE_URL, jwk_set_type="application/json")
    get = Request.of({"httpMethod": "GET", "path": "/.well-known/jwks.json", "headers": {}})
    before = well_known.answer(get)
    clock[0] = now + 601
    after = well_known.answer(get)
    assert ("x5c" in before["body"], "x5c" in after["body"]) == (True, False)
    assert before["headers"]["ETag"] != after["headers"]["ETag"]


def test_the_stored_ring_holds_the_chain() -> None:
    """Read as it was written; and a ring without certificates has the document it always had."""
    ring, now = opened()
    certified = attached(ring, now, chain_for(ring.keys[0], now))
    assert read(write(certified), version=ring.version, restored=False) == certified
    assert "certif" not in write(ring)
    assert "key_ops" not in write(ring)
    assert write(attached(certified, now, [])) == write(ring)


def test_the_status_shows_until_when() -> None:
    """An operator must see it coming."""
    ring, now = opened()
    assert "certified_until" not in answer(ring, now)["keys"][0]
    certified = attached(ring, now, chain_for(ring.keys[0], now))
    assert answer(certified, now)["keys"][0]["certified_until"] == now + 3600


def test_only_keys_in_the_set_are_certified() -> None:
    """Not a revoked one, not an unknown one."""
    ring, now = opened()
    chain = chain_for(ring.keys[0], now)
    with pytest.raises(InvalidRequest, match="is revoked; only a key in the JWK Set"):
        attached(ring.with_key(ring.keys[0].kid, revoked_at=now), now, chain)
    for given in (chain, []):
        with pytest.raises(UnknownKey):
            attached(ring, now, given, kid="nobody")


def test_another_keys_chain_is_refused() -> None:
    """The leaf holds the very key."""
    ring, now = opened("ES256", "ES384")
    with pytest.raises(InvalidRequest, match=r"chain\[0\]: certifies another key"):
        attached(ring, now, chain_for(ring.keys[1], now))


def test_the_certificates_of_all_keys_are_bounded() -> None:
    """Verifiers stop reading at 256 KB; replacing a chain counts it once."""
    ring, now = opened("ES256", "ES384", "ES512", "Ed25519")
    large = ",".join(f"2.5.4.{n}={'x' * 1000}" for n in range(50, 70))
    for key in ring.keys[:3]:
        ring = attached(ring, now, chain_for(key, now, subject=large), kid=key.kid)
    last = ring.keys[3]
    assert 3 * 20_000 < MAX_RING_BYTES < 4 * 20_000 < 4 * MAX_CHAIN_BYTES
    with pytest.raises(
        InvalidRequest, match=f"chain: with it the certificates .* {MAX_RING_BYTES} are allowed"
    ):
        attached(ring, now, chain_for(last, now, subject=large), kid=last.kid)
    again = ring.keys[0]
    assert attached(ring, now, chain_for(again, now, subject=large), kid=again.kid) == ring


def test_key_ops_by_choice_of_the_issuer() -> None:
    """RFC 7517 section 4.3, beside `use` and agreeing with it; the copy follows the choice."""
    ring, now = opened()
    chosen = replace(ring, policy=RotationPolicy.parse({"key_ops": True}, base=ring.policy))
    assert jwks(chosen, now) == [jwks(ring, now)[0] | {"key_ops": ["verify"]}]
    assert fingerprint(chosen, now) != fingerprint(ring, now)
    assert read(write(chosen), version=ring.version, restored=False) == chosen
    assert parse_jwk_set(document(chosen, "jwks.json", base_url=BASE_URL, now=now)).skipped == 0


@pytest.mark.parametrize("given", [1, "true", None, ["verify"]])
def test_key_ops_is_yes_or_no(given: object) -> None:
    """What a JWK's `key_ops` would hold is not the issuer's choice."""
    with pytest.raises(InvalidPolicy, match=r"policy.key_ops: true or false is needed"):
        RotationPolicy.parse({"key_ops": given})
