"""The authorizer behind REST and HTTP APIs of the embedded AWS: real tokens, real caches, real outages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from local.clients import Clients
from local.stack import Stack
from tests.integration.authorizing import Api, Front, authorized, trusting

pytestmark = pytest.mark.xdist_group("authorizer")

CLAIMS = {"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"}
REFUSED = {"rest": 401, "http": 403}  # an HTTP API with an identity source knows no 401 from its authorizer
KINDS = pytest.mark.parametrize("kind", ["rest", "http"])
KEPT = 4
"""Seconds for which API Gateway keeps a decision here."""


@pytest.fixture
def front(stack: Stack) -> Iterator[Front]:
    with closing(Front(stack)) as front:
        yield front


@pytest.fixture
def api(stack: Stack, administrator: Clients, front: Front, kind: str) -> Iterator[Api]:
    """Decisions are kept for a few seconds."""
    with authorized(stack, administrator, trusting(stack, front), kind=kind, ttl=KEPT) as api:
        yield api


def until(api: Api, path: str, token: str, status: int, *, seconds: float) -> float:
    """How long it took for the answer to have that status."""
    started = time.monotonic()
    while (last := api.get(path, token).status) != status:
        assert time.monotonic() - started < seconds, last
        time.sleep(0.25)
    return time.monotonic() - started


@KINDS
def test_a_kept_decision_serves_every_route_and_opens_no_other(stack: Stack, api: Api) -> None:
    """Whichever route is asked first: no leak to the route that the token may not use, no false denial."""
    first, second = (stack.sign(CLAIMS)["token"] for _ in range(2))
    assert [api.get(path, first).status for path in ("/orders", "/admin", "/orders")] == [200, 403, 200]
    assert [api.get(path, second).status for path in ("/admin", "/orders", "/admin")] == [403, 200, 403]


@KINDS
def test_the_header_may_be_spelled_in_any_case(stack: Stack, api: Api) -> None:
    """HTTP header names have no case (RFC 9110 section 5.1)."""
    token = stack.sign(CLAIMS)["token"]
    for name in ("authorization", "AUTHORIZATION", "aUTHORIZATION"):
        assert api.get("/orders", token, header=name).json["sub"] == "svc-1"


@KINDS
def test_without_a_token_nobody_asks_the_authorizer(api: Api, front: Front) -> None:
    """API Gateway answers 401 itself, and nothing is fetched."""
    assert api.get("/orders").status == 401
    assert front.asked == []


@KINDS
def test_an_expired_token_passes_no_longer_than_the_decision_is_kept(
    stack: Stack, api: Api, kind: str
) -> None:
    """What the decision cache costs, and all that it costs."""
    signed = stack.sign(CLAIMS, expires_in=3)
    assert api.get("/orders", signed["token"]).status == 200
    left = signed["expires_at"] - time.time()
    assert until(api, "/orders", signed["token"], REFUSED[kind], seconds=10) <= max(left, KEPT) + 2
    assert api.get("/orders", stack.sign(CLAIMS)["token"]).status == 200


@KINDS
def test_a_revoked_token_is_refused_within_a_minute_at_no_request_per_token(
    default_issuer: Stack, administrator: Clients, front: Front, kind: str
) -> None:
    """A warm authorizer with the default times of its caches; another token of the same key passes on."""
    settings = trusting(default_issuer, front, deny_list_uri=f"{front.url}/.well-known/revoked-tokens.json")
    with authorized(default_issuer, administrator, settings, kind=kind, ttl=15) as api:
        stolen, fine = (default_issuer.sign(CLAIMS) for _ in range(2))
        assert api.get("/orders", stolen["token"]).status == 200
        assert api.get("/orders", fine["token"]).status == 200
        for _ in range(10):
            assert api.get("/orders", default_issuer.sign(CLAIMS)["token"]).status == 200
        assert sorted(front.asked) == ["/.well-known/jwks.json", "/.well-known/revoked-tokens.json"]
        started = time.monotonic()
        default_issuer.rotation("revoke_token", jti=stolen["jti"], exp=stolen["expires_at"])
        until(api, "/orders", stolen["token"], REFUSED[kind], seconds=60)
        assert time.monotonic() - started < 60
        assert api.get("/orders", fine["token"]).status == 200


@KINDS
def test_known_keys_outlive_the_edge_and_a_cold_start_without_it_is_a_500(
    stack: Stack, administrator: Clients, front: Front, kind: str
) -> None:
    """An outage lets nobody in who was not and locks nobody out who was; who cannot judge says 500."""
    settings = trusting(stack, front) | {"JWKS_FLOOR": "0", "JWKS_CEILING": "0"}
    with authorized(stack, administrator, settings, kind=kind, ttl=0) as api:
        assert api.get("/orders", stack.sign(CLAIMS)["token"]).status == 200
        front.close()
        good = stack.sign(CLAIMS)["token"]
        assert [api.get("/orders", good).status for _ in range(3)] == [200, 200, 200]
        assert api.get("/orders", good[:-8] + "AAAAAAAA").status == REFUSED[kind]
        with authorized(stack, administrator, settings, kind=kind, ttl=0) as cold:
            assert cold.get("/orders", good).status == 500
