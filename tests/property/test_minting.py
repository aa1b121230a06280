"""Whatever claims are accepted come back unchanged from a verifier; all else is refused, typed."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwx.errors import JwxError
from jwx.issuing.claims import OURS
from jwx.issuing.issuer import TokenIssuer
from jwx.issuing.token_request import TokenRequest
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.verification.trusted_issuers import TrustedIssuer
from jwx.verification.verifier import Verifier
from tests.fakes.token_service import BASE_URL, TokenService

pytestmark = pytest.mark.slow  # hundreds of signatures

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
_VALUES = st.recursive(
    st.none() | st.booleans() | _SAFE | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_TYPED = "sub aud nbf client_id scope azp nonce acr amr auth_time sid cnf act may_act"
_REGISTERED = {*OURS, *_TYPED.split()}
_FREE = st.dictionaries(_TEXT.filter(lambda name: name not in _REGISTERED), _VALUES, max_size=5)
_NAME = _TEXT.filter(bool)


class _World:
    """One issuer and, from what it published, two verifiers that know nothing else of it."""

    def __init__(self) -> None:
        service = TokenService()
        ring = service.open("ES256")
        self.issuer: TokenIssuer = service.issuer()
        self.now = service.clock()
        endpoint = WellKnown(service.store, service.clock, base_url=BASE_URL, jwk_set_type="application/json")
        self.jwk_set = json.loads(endpoint.answer(Request("GET", "/.well-known/jwks.json"))["body"])
        (jwk,) = self.jwk_set["keys"]
        assert jwk["kid"] == ring.keys[0].kid
        self.key = jwt.PyJWK(jwk)


@pytest.fixture(scope="module")
def world() -> _World:
    return _World()


@settings(deadline=None)
@given(free=_FREE, sub=_NAME, aud=_NAME | st.lists(_NAME, min_size=1, max_size=3))
def test_claims_come_back_unchanged(world: _World, free: dict[str, Any], sub: str, aud: Any) -> None:
    """PyJWT, with the published key, reads what was sent and our four claims."""
    sent = free | {"sub": sub, "aud": aud}
    token = world.issuer.issue(TokenRequest.parse({"claims": sent}))
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    read = jwt.decode(token.token, world.key, algorithms=["ES256"], issuer=BASE_URL, options=options)
    assert read == {"client_id": sub} | sent | {
        "iss": BASE_URL,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.jti,
    }


@settings(deadline=None)
@given(free=_FREE)
def test_our_verifier_reads_the_same(world: _World, free: dict[str, Any]) -> None:
    """What the signer mints the authorizer takes, at any content: their bounds agree."""
    verifier = Verifier(
        TrustedIssuer(issuer=BASE_URL, audiences=["api://orders"], jwks=world.jwk_set),
        clock=lambda: world.now,
    )
    sent = free | {"sub": "svc-1", "aud": "api://orders"}
    token = world.issuer.issue(TokenRequest.parse({"claims": sent}))
    read = verifier.verify(token.token)
    assert {name: read[name] for name in sent} == sent


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=10,
)
_FIELDS = st.sampled_from(["claims", "issuer", "algorithm", "expires_in", "typ", "other"])


@settings(deadline=None)
@given(request=_ANYTHING | st.dictionaries(_FIELDS, _ANYTHING, max_size=4))
def test_any_other_request_is_refused_typed(world: _World, request: Any) -> None:
    """No input leads to anything but a token or an error of ours."""
    with contextlib.suppress(JwxError):
        assert world.issuer.issue(TokenRequest.parse(request)).token
