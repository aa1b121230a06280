"""The published documents: their bytes, their members, and what never gets into them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key, public_jwk
from jwx.publishing.publication import DOCUMENTS, digest, document, documents, paths
from jwx.ring import issuer_transitions, revocation_transitions, transitions
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from tests.fakes.private_keys import public_der
from tests.fakes.token_service import BASE_URL, TokenService

GOLDEN = Path(__file__).parents[3] / "golden" / "documents"
NOW = 1_800_000_000

# RFC 7517 appendix A.1 and RFC 8037 appendix A.2. The point of the P-256 key has a leading zero byte in both
# coordinates, which a JWK must not strip (RFC 7518 section 6.2.1.2).
_ED25519_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
_P256_SCALAR = 49350
_RSA_N = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
    "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
    "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)


def _ring(issuer: str = "default", *extra: SigningKey) -> KeyRing:
    def key(kid: str, name: str, **members: str) -> SigningKey:
        row = algorithm(name)
        jwk = {"kty": row.kty, "use": "sig", "alg": name, "kid": kid} | members
        return SigningKey(
            kid=kid,
            algorithm=name,
            jwk=jwk,
            key_arn="arn:aws:kms:eu-central-1:111122223333:key/secret",
            created_at=NOW - 100,
            published_at=NOW - 90,
            activated_at=NOW - 80,
        )

    der = public_der(ec.derive_private_key(_P256_SCALAR, ec.SECP256R1()))
    point = public_jwk(der, algorithm=algorithm("ES256"))
    keys = (
        key("rsa", "RS256", n=_RSA_N, e="AQAB"),
        key("edwards", "Ed25519", crv="Ed25519", x=_ED25519_X),
        key(point["kid"], "ES256", crv="P-256", x=point["x"], y=point["y"]),
        *extra,
    )
    policy = RotationPolicy.parse({"algorithms": ["Ed25519", "RS256"]})
    return KeyRing(issuer=issuer, policy=policy, created_at=NOW - 100, served_at=NOW - 90, keys=keys)


@pytest.mark.parametrize("issuer", ["default", "orders"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_bytes_are_pinned(issuer: str, name: str) -> None:
    """Clients, caches and ETags rest on these bytes: whoever changes them must mean to."""
    suffix = name if name.endswith(".json") else f"{name}.json"
    golden = (GOLDEN / issuer / suffix).read_bytes()
    assert document(_ring(issuer), name, base_url=BASE_URL, now=NOW) + b"\n" == golden


def test_paths_of_the_default_issuer() -> None:
    """They equal the keys of the static copy."""
    assert sorted(documents(_ring(), base_url=BASE_URL, now=NOW)) == [
        ".well-known/jwks.json",
        ".well-known/oauth-authorization-server",
        ".well-known/openid-configuration",
        ".well-known/revoked-tokens.json",
    ]


def test_paths_of_a_named_issuer() -> None:
    """RFC 8414 section 3 puts the name behind the well-known part; clients look at both places."""
    found = documents(_ring("orders"), base_url=BASE_URL, now=NOW)
    assert (
        sorted(found)
        == sorted(paths("orders"))
        == [
            ".well-known/oauth-authorization-server/orders",
            "orders/.well-known/jwks.json",
            "orders/.well-known/oauth-authorization-server",
            "orders/.well-known/openid-configuration",
            "orders/.well-known/revoked-tokens.json",
        ]
    )
    inserted, appended = sorted(found)[0], sorted(found)[2]
    assert found[inserted] == found[appended]


def test_only_public_members_get_out() -> None:
    """No ARN, no time, no reason, no member that we do not know, even if a ring held it."""
    ring = _ring()
    spoilt = replace(
        ring.keys[0], jwk={**ring.keys[0].jwk, "d": "private", "x5u": "https://x"}, reason="leaked"
    )
    text = document(replace(ring, keys=(spoilt,)), "jwks.json", base_url=BASE_URL, now=NOW).decode()
    assert set(json.loads(text)["keys"][0]) == {"kty", "use", "alg", "kid", "n", "e"}
    assert "arn:" not in text


def test_pending_active_and_retiring_keys_are_published_and_no_others() -> None:
    """Retired, revoked and tombstoned ones are out, sorted by kid are the rest."""
    service = TokenService()
    ring = service.open("ES256", standby=True)
    pending, active = ring.standby("ES256"), ring.active("ES256")
    assert pending is not None
    assert active is not None
    ring = transitions.activate(ring, kid=pending.kid, now=NOW)  # `active` is retiring now
    ring = service.publish(ring, ["ES256"])
    newest = ring.keys[-1]

    def kids(ring: KeyRing) -> list[str]:
        return [k["kid"] for k in json.loads(document(ring, "jwks.json", base_url=BASE_URL, now=NOW))["keys"]]

    assert kids(ring) == sorted({pending.kid, active.kid, newest.kid})
    assert kids(transitions.retire(ring, kid=active.kid, now=NOW)) == sorted({pending.kid, newest.kid})
    revoked = revocation_transitions.revoke(ring, kid=newest.kid, reason=None, now=NOW)
    assert kids(revoked) == sorted({pending.kid, active.kid})


@pytest.mark.parametrize(
    "name", ["RS256", "PS384", "ES256", "ES384", "ES512", "Ed25519", "EdDSA", "ML-DSA-44"]
)
def test_every_published_key_is_sound(name: str) -> None:
    """Our own verifier, which is strict, takes each key for its algorithm."""
    ring = TokenService().open(name)
    (jwk,) = json.loads(document(ring, "jwks.json", base_url=BASE_URL, now=NOW))["keys"]
    assert load_public_key(jwk, algorithm(name))
    assert (jwk["use"], jwk["alg"], jwk["kid"]) == ("sig", name, ring.keys[0].kid)


def test_a_foreign_ml_dsa_key_needs_an_issuer_that_opted_in() -> None:
    """One AKP key makes a widely used client refuse the whole set."""
    post_quantum = TokenService().open("ML-DSA-44").keys[0]
    foreign = replace(post_quantum, key_arn=None, until=NOW + 60)
    ring = _ring("default", foreign)
    assert foreign.kid not in document(ring, "jwks.json", base_url=BASE_URL, now=NOW).decode()
    opted_in = replace(ring, policy=replace(ring.policy, algorithms=("RS256", "ML-DSA-65")))
    assert foreign.kid in document(opted_in, "jwks.json", base_url=BASE_URL, now=NOW).decode()


def test_our_own_ml_dsa_key_stays_until_it_retires() -> None:
    """An issuer that dropped the algorithm still has tokens of it under way."""
    service = TokenService()
    ring = service.open("ML-DSA-44", "ES256")
    policy = replace(ring.policy, algorithms=("ES256",))
    dropped = issuer_transitions.change_policy(ring, policy=policy, now=service.clock())
    body = json.loads(document(dropped, "jwks.json", base_url=BASE_URL, now=service.clock()))
    assert {key["kty"] for key in body["keys"]} == {"AKP", "EC"}
    metadata = json.loads(document(dropped, "openid-configuration", base_url=BASE_URL, now=service.clock()))
    assert metadata["id_token_signing_alg_values_supported"] == ["ES256", "ML-DSA-44"]


class TestDiscovery:
    """Member by member against OpenID Connect Discovery 1.0 section 3 and RFC 8414 section 2."""

    def _metadata(self, name: str) -> dict[str, object]:
        metadata: dict[str, object] = json.loads(document(_ring(), name, base_url=BASE_URL, now=NOW))
        return metadata

    @pytest.mark.parametrize(
        "member",
        [
            "issuer",
            "authorization_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ],
    )
    def test_openid_members(self, member: str) -> None:
        """All that section 3 marks REQUIRED, but `token_endpoint`, which the implicit grant does without."""
        assert self._metadata("openid-configuration")[member]

    @pytest.mark.parametrize(
        "member", ["issuer", "authorization_endpoint", "jwks_uri", "response_types_supported"]
    )
    def test_oauth_members(self, member: str) -> None:
        """All that RFC 8414 section 2 marks REQUIRED, with the same exception."""
        assert self._metadata("oauth-authorization-server")[member]

    @pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
    def test_deviations(self, name: str) -> None:
        """No endpoint is advertised that an OAuth client could call: there is none."""
        metadata = self._metadata(name)
        assert "token_endpoint" not in metadata
        assert metadata["grant_types_supported"] == ["implicit"]
        assert str(metadata["authorization_endpoint"]).startswith("urn:")

    def test_algorithms_are_those_in_use(self) -> None:
        """In the policy's order, then those whose keys only retire; RS256 only where it is used."""
        assert self._metadata("openid-configuration")["id_token_signing_alg_values_supported"] == [
            "Ed25519",
            "RS256",
            "ES256",
        ]

    def test_no_empty_member(self) -> None:
        """RFC 8414 section 3.2: a list without elements is left out."""
        ring = replace(_ring(), keys=())
        body = json.loads(document(ring, "openid-configuration", base_url=BASE_URL, now=NOW))
        assert "id_token_signing_alg_values_supported" not in body


def test_the_digest_follows_every_byte_and_path() -> None:
    """It is the same for the same documents in any order."""
    one = {"a": b"1", "b": b"2"}
    assert digest(one) == digest({"b": b"2", "a": b"1"})
    assert len({digest(d) for d in (one, {"a": b"1"}, {"a": b"2", "b": b"1"}, {"a": b"1", "c": b"2"})}) == 4
