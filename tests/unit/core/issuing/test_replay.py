"""A retry gets the token of the first try, as long as that token is good and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jwx.errors import InvalidRequest, SigningUnavailable
from jwx.issuing.signing import Signing
from jwx.ring import revocation_transitions
from jwx.ring.token_revocation import revoke_token
from tests.fakes.replays import FakeReplays
from tests.fakes.token_service import REQUEST, TokenService


class _World:
    def __init__(self, **policy: Any) -> None:
        self.service = TokenService()
        self.service.open(standby=True, policy=policy)
        self.service.open(issuer="orders")
        self.replays = FakeReplays(self.service.clock)
        self.signing: Signing = self.service.signing(replays=self.replays)

    def ask(self, key: str | None = "k-1", **fields: Any) -> Any:
        request = REQUEST | fields | ({"idempotency_key": key} if key else {})
        return self.signing.answer(request, seconds_left=lambda: 30)


def test_the_same_key_gives_the_same_token() -> None:
    """KMS is asked once, and one token is counted."""
    world = _World()
    first = world.ask()
    world.service.clock.advance(299)
    assert world.ask() == first
    assert world.service.calls.names.count("kms.Sign") == 1
    assert len(world.service.ears.tokens) == 1


def test_without_a_key_each_token_is_new() -> None:
    """Nothing is kept that nobody asked to keep."""
    world = _World()
    assert world.ask(None)["jti"] != world.ask(None)["jti"]
    assert world.replays.kept == {}


def test_another_key_or_issuer_is_another_token() -> None:
    """A key is one issuer's."""
    world = _World()
    tokens = {world.ask()["jti"], world.ask("k-2")["jti"], world.ask(issuer="orders")["jti"]}
    assert len(tokens) == 3


@pytest.mark.parametrize(
    "change", [{"expires_in": 60}, {"typ": "JWT"}, {"claims": {"sub": "svc-2", "aud": "api://orders"}}]
)
def test_the_same_key_with_another_request_is_refused(change: dict[str, Any]) -> None:
    """It would get a token that it did not ask for."""
    world = _World()
    world.ask()
    with pytest.raises(InvalidRequest, match="idempotency_key"):
        world.ask(**change)


def test_a_token_of_a_revoked_key_is_not_given_again() -> None:
    """Not even by a signer whose cached ring does not know of the revocation yet."""
    world = _World()
    first = world.ask()
    kid = first["kid"]
    ring = revocation_transitions.revoke(
        world.service.store.rings["default"], kid=kid, reason=None, now=world.service.clock()
    )
    world.service.save(ring)
    active = world.service.active()
    world.service.kms.disable_key(KeyId=next(k.key_arn or "" for k in ring.keys if k.kid == kid))
    again = world.ask()
    assert (again["kid"], again["jti"] != first["jti"]) == (active.kid, True)


def test_a_token_that_was_revoked_by_itself_is_not_given_again() -> None:
    """Every authorizer would refuse it."""
    world = _World()
    first = world.ask()
    ring, now = world.service.store.rings["default"], world.service.clock()
    world.service.save(revoke_token(ring, jti=first["jti"], exp=first["expires_at"], now=now))
    assert world.ask()["jti"] != first["jti"]


def test_an_expired_token_is_not_given_again() -> None:
    """A short-lived token may die before its record does."""
    world = _World()
    first = world.ask(expires_in=10)
    world.service.clock.advance(10)
    assert world.ask(expires_in=10)["jti"] != first["jti"]


def test_while_the_first_try_runs_the_second_waits() -> None:
    """It ends with the first one's token, or says that it could not wait for longer."""
    world = _World()
    first = world.ask()
    (key,) = world.replays.kept
    world.replays.busy.add(key)
    deadline = world.service.clock.exact + 5
    request = REQUEST | {"idempotency_key": "k-1"}
    with pytest.raises(SigningUnavailable):
        world.signing.answer(request, seconds_left=lambda: deadline - world.service.clock.exact)
    world.replays.busy.clear()
    assert world.ask() == first


def test_nothing_readable_of_a_request_is_kept() -> None:
    """Key and claims are kept as digests."""
    world = _World()
    world.ask("secret-key")
    ((key, (payload, _, _)),) = world.replays.kept.items()
    assert (len(key), len(payload)) == (64, 64)


def test_where_nothing_is_kept_a_key_is_refused() -> None:
    """A caller that relies on it must not be served without."""
    service = TokenService()
    service.open()
    with pytest.raises(InvalidRequest, match="idempotency_key: is off"):
        service.signing().answer(REQUEST | {"idempotency_key": "k"}, seconds_left=lambda: 30)


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb", 7, None])
def test_keys_are_short_and_printable(key: Any) -> None:
    """As a header would carry them."""
    with pytest.raises(InvalidRequest, match="idempotency_key: 1 to 128"):
        TokenService().signing().answer(REQUEST | {"idempotency_key": key}, seconds_left=lambda: 30)


def test_over_http_a_key_is_its_callers() -> None:
    """Two roles that happen to choose the same key do not get each other's token."""
    world = _World()
    claims = {"sub": "svc-1", "aud": "api://orders"}
    grant = {"principal": "arn:*", "subjects": ["*"], "audiences": ["*"]}
    signing = world.service.signing(json.dumps({"*": {"grants": [grant]}}), replays=world.replays)

    def ask(arn: str) -> str:
        body = json.dumps({"claims": claims, "idempotency_key": "k"})
        context = {"identity": {"userArn": arn}}
        event = {"httpMethod": "POST", "requestContext": context, "body": body}
        answer = signing.answer(event, seconds_left=lambda: 30)
        token: str = json.loads(answer["body"])["access_token"]
        return token

    assert ask("arn:a") == ask("arn:a")
    assert ask("arn:a") != ask("arn:b")
