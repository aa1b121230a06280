"""Minting: what a token says, which key signs it, what is asked of AWS, and what happens when AWS refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from jwx.errors import (
    InvalidRequest,
    KeyRingUnavailable,
    NoActiveKey,
    SigningUnavailable,
    UnknownIssuer,
    UnsupportedAlgorithm,
)
from jwx.issuing.issuer import Token
from jwx.issuing.token_request import TokenRequest
from jwx.jose import base64url
from jwx.jose.jwa import ALGORITHMS, algorithm
from jwx.jose.jwk import load_public_key
from jwx.jose.jws import parse_unverified
from jwx.ring import issuer_transitions, revocation_transitions, transitions
from jwx.ring.keyring import KeyRing
from tests.fakes.kms import refusal
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService


def _issue(service: TokenService, policies: str = "{}", **fields: Any) -> Token:
    return service.issuer(policies).issue(TokenRequest.parse(REQUEST | fields))


def _claims(token: Token) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(parse_unverified(token.token).payload)
    return claims


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_token_verifies_with_the_published_key(name: str) -> None:
    """Each algorithm of the table makes a token that the key of its `kid` in the JWK Set verifies."""
    service = TokenService()
    ring = service.open(name)
    token = _issue(service)
    parsed, key = parse_unverified(token.token), ring.key(token.kid)
    assert key is not None
    row = algorithm(name)
    assert row.verify(load_public_key(key.jwk, row), parsed.signature, parsed.signing_input)
    assert token.alg == name


def test_the_header_holds_alg_kid_and_typ_only() -> None:
    """Nothing else is in a token's header: no `jku`, no `jwk`, nothing to be trusted by mistake."""
    service = TokenService()
    ring = service.open("ES256")
    header = parse_unverified(_issue(service).token).header
    assert header == {"alg": "ES256", "kid": ring.keys[0].kid, "typ": "at+jwt"}


def test_the_claims_are_the_callers_and_four_of_ours() -> None:
    """RFC 9068 section 2.2: all its required claims are there; `client_id` is `sub` when none is given."""
    service = TokenService()
    service.open()
    token = _issue(service, expires_in=60)
    now = service.clock()
    assert _claims(token) == {
        "iss": BASE_URL,
        "sub": "svc-1",
        "aud": "api://orders",
        "scope": "orders:read",
        "client_id": "svc-1",
        "iat": now,
        "exp": now + 60,
        "jti": token.jti,
    }
    assert (token.issued_at, token.expires_at) == (now, now + 60)


def test_a_named_issuer_has_its_own_iss_and_key() -> None:
    """`iss` is the base URL with the issuer's name, and the key is that issuer's."""
    service = TokenService()
    service.open()
    ring = service.open(issuer="orders")
    token = _issue(service, issuer="orders")
    assert _claims(token)["iss"] == f"{BASE_URL}/orders"
    assert token.kid == ring.keys[0].kid


def test_no_two_tokens_share_a_jti() -> None:
    """`jti` holds 128 random bits, made anew for each token."""
    service = TokenService()
    service.open()
    issuer, request = service.issuer(), TokenRequest.parse(REQUEST)
    identifiers = {issuer.issue(request).jti for _ in range(50)}
    assert len(identifiers) == 50
    assert all(len(base64url.decode(one)) == 16 for one in identifiers)


def test_a_warm_signer_makes_one_kms_call_a_token_and_no_other() -> None:
    """The first token reads the key ring; from then on KMS Sign is the only call."""
    service = TokenService()
    service.open()
    issuer, request = service.issuer(), TokenRequest.parse(REQUEST)
    for _ in range(3):
        issuer.issue(request)
    assert service.calls.names == ["store.load", "kms.Sign", "kms.Sign", "kms.Sign"]


@pytest.mark.parametrize(("bound", "expected"), [(86400, 3600), (600, 600)])
def test_the_default_lifetime_is_an_hour_or_the_policys_bound(bound: int, expected: int) -> None:
    """A request without `expires_in` never gets more than the policy allows."""
    service = TokenService()
    service.open(policy={"max_token_lifetime": bound})
    token = _issue(service)
    assert token.expires_at - token.issued_at == expected


def test_a_lifetime_over_the_bound_is_refused_before_kms_is_asked() -> None:
    """The keys stay published for as long as the bound says, and no longer."""
    service = TokenService()
    service.open(policy={"max_token_lifetime": 600})
    assert _issue(service, expires_in=600)
    service.calls.names.clear()
    with pytest.raises(InvalidRequest, match=r"expires_in: 601 s is over .* 600 s"):
        _issue(service, expires_in=601)
    assert "kms.Sign" not in service.calls.names


def test_the_algorithm_is_the_policys_first_or_the_one_asked_for() -> None:
    """One issuer signs with several algorithms; each has a key of its own."""
    service = TokenService()
    service.open("ES256", "Ed25519")
    assert _issue(service).alg == "ES256"
    assert _issue(service, algorithm="Ed25519").alg == "Ed25519"


def test_an_algorithm_of_the_table_but_not_of_the_issuer_is_refused() -> None:
    """The message names what was asked for and what is allowed."""
    service = TokenService()
    service.open("ES256", "Ed25519")
    with pytest.raises(UnsupportedAlgorithm, match=r"'PS256' .* allowed are ES256, Ed25519"):
        _issue(service, algorithm="PS256")


def test_an_algorithm_put_first_does_not_sign_until_its_key_is_ready() -> None:
    """After a policy change, who names no algorithm gets the old one until the new one has an active key."""
    service = TokenService()
    ring = service.open("ES256")
    policy = replace(ring.policy, algorithms=("Ed25519", "ES256"))
    service.change(lambda r: issuer_transitions.change_policy(r, policy=policy, now=service.clock()))
    service.change(lambda r: service.publish(r, ["Ed25519"]))
    assert _issue(service).alg == "ES256"
    with pytest.raises(NoActiveKey, match="Ed25519"):
        _issue(service, algorithm="Ed25519")


def test_after_a_revocation_without_standby_nothing_signs_in_its_place() -> None:
    """NoActiveKey, not a token of another algorithm that the caller never asked for."""
    service = TokenService()
    ring = service.open("ES256", "Ed25519")
    kid = ring.keys[0].kid
    service.change(lambda r: revocation_transitions.revoke(r, kid=kid, reason=None, now=service.clock()))
    with pytest.raises(NoActiveKey, match=r"'default' .* ES256"):
        _issue(service)


def test_an_unknown_issuer_is_named() -> None:
    """There is no ring to sign from, and no guess at one."""
    service = TokenService()
    with pytest.raises(UnknownIssuer, match="'nobody'"):
        _issue(service, issuer="nobody")


def test_a_deleted_issuer_is_unknown_and_one_being_deleted_does_not_sign() -> None:
    """Signing stops when the deletion begins; at its end only a tombstone is left."""
    service = TokenService()
    service.open()
    service.change(lambda r: issuer_transitions.begin_deletion(r, now=service.clock()))
    with pytest.raises(NoActiveKey):
        _issue(service)
    service.change(lambda r: issuer_transitions.close(r, now=service.clock()))
    with pytest.raises(UnknownIssuer):
        _issue(service)


def test_a_restored_ring_is_never_signed_from() -> None:
    """It may hold keys that were revoked since the backup."""
    service = TokenService()
    ring = service.open()
    service.store.restore({"default": ring})
    with pytest.raises(KeyRingUnavailable, match="restored"):
        _issue(service)
    assert "kms.Sign" not in service.calls.names


def test_a_token_verifiable_by_none_is_not_minted() -> None:
    """An `nbf` at or after `exp` would make a token that is never valid."""
    service = TokenService()
    service.open()
    claims = REQUEST["claims"] | {"nbf": service.clock() + 60}
    with pytest.raises(InvalidRequest, match=r"claims\.nbf"):
        _issue(service, claims=claims, expires_in=60)
    assert _issue(service, claims=claims, expires_in=61)


@pytest.mark.parametrize("name", ["ES256", "RS256", "ML-DSA-65"])
def test_the_size_of_the_token_is_bounded_to_the_byte(name: str) -> None:
    """The bound counts header, claims and signature, and holds before KMS is asked."""
    service = TokenService()
    service.open(name)
    claims = REQUEST["claims"] | {"note": "x" * 500}
    size = len(_issue(service, claims=claims).token)
    assert _issue(service, f'{{"*": {{"max_token_bytes": {size}}}}}', claims=claims)
    service.calls.names.clear()
    with pytest.raises(InvalidRequest, match=rf"{size} bytes; {size - 1} are allowed"):
        _issue(service, f'{{"*": {{"max_token_bytes": {size - 1}}}}}', claims=claims)
    assert "kms.Sign" not in service.calls.names


def test_ed25519_beyond_what_kms_signs_names_the_size() -> None:
    """KMS takes Ed25519 messages whole, 4096 bytes at most."""
    service = TokenService()
    service.open("Ed25519")
    claims = REQUEST["claims"] | {"note": "x" * 4000}
    with pytest.raises(InvalidRequest, match=r"signing input is \d+ bytes; .* 4096"):
        _issue(service, claims=claims)


def test_the_issuer_sets_nbf_when_its_policy_says_so() -> None:
    """`own_nbf` makes `nbf` the time of issue."""
    service = TokenService()
    service.open()
    assert _claims(_issue(service, '{"*": {"own_nbf": true}}'))["nbf"] == service.clock()


class TestRefusedKey:
    """KMS does not sign with the active key: revoked, disabled or deleted behind our back."""

    def _disable(self, service: TokenService) -> str:
        key = service.active()
        service.kms.disable_key(KeyId=key.key_arn or "")
        return key.kid

    def test_a_revocation_makes_no_gap(self) -> None:
        """The standby is active already: the ring is read again and the same request is signed with it."""
        service = TokenService()
        service.open(standby=True)
        issuer, request = service.issuer(), TokenRequest.parse(REQUEST)
        issuer.issue(request)
        revoked = self._disable(service)
        service.change(
            lambda r: revocation_transitions.revoke(r, kid=revoked, reason=None, now=service.clock())
        )
        token = issuer.issue(request)
        assert token.kid == service.active().kid != revoked
        assert service.ears.summoned == []

    def test_without_a_successor_the_rotation_is_summoned(self) -> None:
        """SigningUnavailable names issuer and algorithm and no ARN; the next run promotes the standby."""
        service = TokenService()
        service.open(standby=True)
        self._disable(service)
        with pytest.raises(SigningUnavailable, match=r"ES256 key of issuer 'default'") as refused:
            _issue(service)
        assert service.ears.summoned == ["default"]
        assert "arn:" not in str(refused.value)

    def test_the_next_request_reads_the_ring_again(self) -> None:
        """Nothing is kept of a ring whose key was refused: the promoted standby signs at once."""
        service = TokenService()
        service.open(standby=True)
        issuer, request = service.issuer(), TokenRequest.parse(REQUEST)
        kid = self._disable(service)
        with pytest.raises(SigningUnavailable):
            issuer.issue(request)
        service.change(lambda r: transitions.found_unusable(r, kid=kid, now=service.clock()))
        assert issuer.issue(request).kid != kid

    def test_a_busy_kms_is_not_a_refused_key(self) -> None:
        """Throttling keeps the ring and summons nobody."""
        service = TokenService()
        service.open()
        issuer, request = service.issuer(), TokenRequest.parse(REQUEST)
        issuer.issue(request)

        def throttle(name: str) -> None:
            if name == "kms.Sign":
                raise refusal("ThrottlingException")

        service.calls.before = throttle
        with pytest.raises(SigningUnavailable) as busy:
            issuer.issue(request)
        assert busy.value.throttled
        assert service.ears.summoned == []
        assert service.calls.names.count("store.load") == 1


def test_a_token_dies_before_its_key_leaves_the_jwk_set() -> None:
    """`iat` is when the ring was in date, not when KMS was done: a slow call stretches no token's life."""
    service = TokenService()
    ring: KeyRing = service.open(policy={"signer_cache": 60, "max_token_lifetime": 600})
    issuer, request = service.issuer(), TokenRequest.parse(REQUEST | {"expires_in": 600})
    issuer.issue(request)
    read_at = service.clock()
    service.clock.advance(59)
    service.calls.before = lambda _: service.clock.advance(30)
    token = issuer.issue(request)
    assert token.expires_at < read_at + ring.policy.signer_cache + 600
