"""The publishing endpoint as HTTP caches and clients see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from jwx.errors import KeyRingUnavailable
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring import issuer_transitions, revocation_transitions, transitions
from jwx.ring.keyring import KeyRing, RevokedToken, SigningKey
from tests.fakes.token_service import BASE_URL, TokenService

JWKS = "/.well-known/jwks.json"
TOKENS = "/.well-known/revoked-tokens.json"


def _endpoint(service: TokenService, jwk_set_type: str = "application/jwk-set+json") -> WellKnown:
    return WellKnown(service.store, service.clock, base_url=BASE_URL, jwk_set_type=jwk_set_type)


def _ask(
    service: TokenService, path: str = JWKS, method: str = "GET", if_none_match: str = ""
) -> dict[str, Any]:
    return _endpoint(service).answer(Request(method, path, if_none_match))


def _kids(answer: dict[str, Any]) -> list[str]:
    return [key["kid"] for key in json.loads(answer["body"])["keys"]]


def test_the_answer_says_how_long_caches_may_keep_it() -> None:
    """Cache-Control holds the policy's promises, to the letter."""
    service = TokenService()
    service.open(
        policy={"max_age": 300, "s_maxage": 60, "stale_while_revalidate": 45, "stale_if_error": 86400}
    )
    answer = _ask(service)
    assert answer["statusCode"] == 200
    assert answer["headers"] == {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=300, s-maxage=60, stale-while-revalidate=45, stale-if-error=86400",
        "Content-Type": "application/jwk-set+json",
        "ETag": answer["headers"]["ETag"],
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
    }


def test_a_late_rotation_shrinks_no_promise() -> None:
    """Overlap keeps clients right, not freshness: years after the last rotation the headers are the same."""
    service = TokenService()
    service.open(standby=True)
    before = _ask(service)
    service.clock.advance(400 * 86400)
    assert _ask(service) == before


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (JWKS, "application/json"),
        ("/.well-known/openid-configuration", "application/json"),
        ("/.well-known/oauth-authorization-server", "application/json"),
    ],
)
def test_old_clients_can_have_plain_json(path: str, media_type: str) -> None:
    """The media type of the JWK Set is a setting; the metadata is plain JSON anyway."""
    service = TokenService()
    service.open()
    answer = _endpoint(service, "application/json").answer(Request("GET", path))
    assert answer["headers"]["Content-Type"] == media_type


def test_each_request_reads_the_ring_once_and_kms_never() -> None:
    """An answer kept here would refill the edge with a key that was revoked meanwhile."""
    service = TokenService()
    service.open()
    endpoint = _endpoint(service)
    for path in (JWKS, JWKS, "/.well-known/openid-configuration"):
        endpoint.answer(Request("GET", path))
    assert service.calls.names == ["store.load"] * 3


def test_a_revoked_key_is_gone_from_the_next_answer() -> None:
    """Also for an endpoint that rendered the ring before, and under another ETag."""
    service = TokenService()
    service.open(standby=True)
    endpoint, kid = _endpoint(service), service.active().kid
    before = endpoint.answer(Request("GET", JWKS))
    service.change(
        lambda ring: revocation_transitions.revoke(ring, kid=kid, reason=None, now=service.clock())
    )
    after = endpoint.answer(Request("GET", JWKS, before["headers"]["ETag"]))
    assert kid in _kids(before)
    assert after["statusCode"] == 200
    assert kid not in _kids(after)


def test_a_set_without_keys_is_served() -> None:
    """After the revocation of the only key, verifiers must learn that it is gone."""
    service = TokenService()
    ring = service.open()
    kid = ring.keys[0].kid
    service.change(lambda r: revocation_transitions.revoke(r, kid=kid, reason=None, now=service.clock()))
    answer = _ask(service)
    assert (answer["statusCode"], answer["body"]) == (200, '{"keys":[]}')
    # Our verifier takes an empty set for an accident without it, and so may others.
    assert answer["headers"]["Cache-Control"] == "public, max-age=300, s-maxage=60, must-revalidate"
    other = _ask(service, "/.well-known/openid-configuration")
    assert "must-revalidate" not in other["headers"]["Cache-Control"]


def test_time_alone_takes_an_imported_key_out() -> None:
    """The ring's version does not change when `until` passes."""
    service = TokenService()
    ring = service.open(standby=True)
    foreign = replace(ring.keys[1], until=service.clock() + 60, key_arn=None)
    service.save(replace(ring, keys=(ring.keys[0], foreign)))
    endpoint = _endpoint(service)
    assert foreign.kid in _kids(endpoint.answer(Request("GET", JWKS)))
    service.clock.advance(60)
    assert _kids(endpoint.answer(Request("GET", JWKS))) == [ring.keys[0].kid]


def test_time_alone_takes_certificates_and_revoked_tokens_out() -> None:
    """Each at its own second, one after the other, while the ring's version stays the same."""
    service = TokenService()
    ring, now = service.open(), service.clock()
    certified = ring.with_key(ring.keys[0].kid, certificates=("MIIB",), certified_until=now + 30)
    longer = ring.policy.verifier_leeway + 2 * ring.policy.clock_skew
    revoked = (RevokedToken(jti="a", exp=now + 60 - longer), RevokedToken(jti="b", exp=now + 90 - longer))
    service.save(replace(certified, revoked_tokens=revoked))
    endpoint, seen = _endpoint(service), []
    for second in (0, 30, 31, 59, 60, 89, 90):
        service.clock.advance(now + second - service.clock())
        keys, tokens = (json.loads(endpoint.answer(Request("GET", path))["body"]) for path in (JWKS, TOKENS))
        seen.append(("x5c" in keys["keys"][0], len(tokens["tokens"])))
    assert seen == [(True, 2), (True, 2), (False, 2), (False, 2), (False, 1), (False, 1), (False, 0)]


def test_a_clock_that_goes_back_brings_back_what_it_took_out() -> None:
    """Two execution environments may disagree; each says what its own clock says."""
    service = TokenService()
    ring = service.open(standby=True)
    foreign = replace(ring.keys[1], until=service.clock() + 60, key_arn=None)
    service.save(replace(ring, keys=(ring.keys[0], foreign)))
    endpoint = _endpoint(service)
    service.clock.advance(60)
    assert foreign.kid not in _kids(endpoint.answer(Request("GET", JWKS)))
    service.clock.advance(-1)
    assert foreign.kid in _kids(endpoint.answer(Request("GET", JWKS)))


class _Watched(tuple[SigningKey, ...]):
    """Keys that count how often somebody goes through them."""

    looks = 0

    def __iter__(self) -> Iterator[SigningKey]:
        _Watched.looks += 1
        return super().__iter__()


def test_nothing_is_computed_anew_while_the_version_is_the_same() -> None:
    """Not even a look at each key: a request costs the same with one key and with a hundred."""
    service = TokenService()
    service.open(standby=True)
    service.change(lambda ring: replace(ring, keys=_Watched(ring.keys)))
    endpoint = _endpoint(service)
    first = endpoint.answer(Request("GET", JWKS))
    looks = _Watched.looks
    service.clock.advance(86_400)
    assert endpoint.answer(Request("GET", JWKS)) == first
    assert _Watched.looks == looks > 0


class TestConditional:
    """RFC 9110 section 13: a cache that holds the current bytes is told so."""

    @pytest.mark.parametrize("form", ["{0}", "W/{0}", '"a", {0}', '"a,b" , W/"c",W/{0}', "*", " * "])
    def test_not_modified(self, form: str) -> None:
        """The strong tag matches weakly, in lists too; the headers a cache refreshes from are there."""
        service = TokenService()
        service.open()
        full = _ask(service)
        answer = _ask(service, if_none_match=form.format(full["headers"]["ETag"]))
        assert (answer["statusCode"], answer["body"]) == (304, "")
        assert answer["headers"] == {k: v for k, v in full["headers"].items() if k != "Content-Type"}

    @pytest.mark.parametrize("form", ['"older"', "{0}x", "", '"', '*, "a"', "w/x"])
    def test_modified(self, form: str) -> None:
        """Any other tag, and what is none, gets the whole document."""
        service = TokenService()
        service.open()
        tag = _ask(service)["headers"]["ETag"]
        assert _ask(service, if_none_match=form.format(tag.strip('"')))["statusCode"] == 200

    def test_the_tag_is_strong_and_of_the_bytes(self) -> None:
        """Equal documents have one tag across functions; others have others."""
        service = TokenService()
        service.open()
        tags = {
            path: _ask(service, path)["headers"]["ETag"]
            for path in (JWKS, "/.well-known/openid-configuration")
        }
        assert len(set(tags.values())) == 2
        assert _ask(service)["headers"]["ETag"] == tags[JWKS]
        assert tags[JWKS].startswith('"')


@pytest.mark.parametrize("path", [JWKS, "/nobody/.well-known/jwks.json", "/nowhere"])
def test_head_is_get_without_a_body(path: str) -> None:
    """RFC 9110 section 9.3.2, also of errors."""
    service = TokenService()
    service.open()
    assert _ask(service, path, "HEAD") == _ask(service, path) | {"body": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "", "get"])
def test_other_methods_are_told_the_allowed_ones(method: str) -> None:
    """RFC 9110 section 15.5.6; nothing is read for them."""
    service = TokenService()
    service.open()
    answer = _ask(service, method=method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert service.calls.names == []


def test_browsers_may_ask_first() -> None:
    """A CORS preflight, as a client with `If-None-Match` sends it."""
    answer = _ask(TokenService(), method="OPTIONS")
    assert answer["statusCode"] == 204
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert answer["headers"]["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


class TestNotFound:
    """404 as problem details (RFC 9457)."""

    def _is_problem(self, answer: dict[str, Any], caching: str) -> bool:
        body = json.loads(answer["body"])
        headers = answer["headers"]
        return (
            (answer["statusCode"], body["status"], body["type"]) == (404, 404, "about:blank")
            and headers["Content-Type"] == "application/problem+json"
            and headers["Cache-Control"] == caching
        )

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "",
            "/.well-known/",
            "/.well-known/jwks",
            "/.well-known/jwks.json/",
            "/.well-known/jwksXjson",
            "//.well-known/jwks.json",
            "/a/b/.well-known/jwks.json",
            "/default/.well-known/jwks.json",
            "/.well-known/oauth-authorization-server/default",
            "/Orders/.well-known/jwks.json",
            "/or%64ers/.well-known/jwks.json",
            "/../.well-known/jwks.json",
            "/.well-known/jwks.json\n",
            "/admin/.well-known/jwks.json",
        ],
    )
    def test_a_path_of_no_document(self, path: str) -> None:
        """It never becomes one, so that caches may keep the answer for a while; no ring is read."""
        service = TokenService()
        service.open()
        service.open(issuer="orders")
        assert self._is_problem(_ask(service, path), "public, max-age=60")
        assert service.calls.names == []

    def test_an_issuer_that_is_not_there(self) -> None:
        """It may be created any moment, so that no cache may keep the answer."""
        assert self._is_problem(_ask(TokenService(), "/orders/.well-known/jwks.json"), "no-store")

    def test_a_ring_that_was_never_served(self) -> None:
        """Its first keys may sign as soon as they are seen, so that no cache may hold an older set."""
        service = TokenService()
        ring = KeyRing(
            issuer="default", policy=service.open(issuer="other").policy, created_at=service.clock()
        )
        service.save(ring)
        assert self._is_problem(_ask(service), "no-store")

    def test_a_deleted_issuer(self) -> None:
        """Its documents stay until its last key retires, and no cache keeps an empty set behind it."""
        service = TokenService()
        service.open()
        service.change(lambda ring: issuer_transitions.begin_deletion(ring, now=service.clock()))
        assert _ask(service)["statusCode"] == 200
        for key in service.store.rings["default"].keys:
            service.change(partial(transitions.retire, kid=key.kid, now=service.clock()))
        assert self._is_problem(_ask(service), "no-store")
        assert self._is_problem(_ask(service, "/.well-known/openid-configuration"), "no-store")
        service.change(lambda ring: issuer_transitions.close(ring, now=service.clock()))
        assert self._is_problem(_ask(service), "no-store")

    def test_a_deleted_issuer_whose_last_key_was_revoked(self) -> None:
        """The set is empty and means it, until no token of that key can be alive; then there is none."""
        service = TokenService()
        policy = service.open().policy
        service.change(lambda ring: issuer_transitions.begin_deletion(ring, now=service.clock()))
        for key in service.store.rings["default"].keys:
            service.change(
                partial(revocation_transitions.revoke, kid=key.kid, reason=None, now=service.clock())
            )
        answer = _ask(service)
        assert json.loads(answer["body"]) == {"keys": []}
        assert "must-revalidate" in answer["headers"]["Cache-Control"]
        service.clock.advance(policy.retention - 1)
        assert _ask(service)["statusCode"] == 200
        service.clock.advance(1)
        assert self._is_problem(_ask(service), "no-store")


class TestUnavailable:
    """503 lets the edge serve its stale copy, or the static one."""

    def _is_unavailable(self, answer: dict[str, Any]) -> bool:
        headers = answer["headers"]
        return (answer["statusCode"], headers["Cache-Control"], headers["Retry-After"]) == (
            503,
            "no-store",
            "5",
        )

    def test_dynamodb_is_down(self) -> None:
        """Nothing of the failure is told."""
        service = TokenService()
        service.open()

        def down(_: str) -> None:
            raise KeyRingUnavailable("arn:aws:dynamodb:eu-central-1:111122223333:table/rings")

        service.calls.before = down
        answer = _ask(service)
        assert self._is_unavailable(answer)
        assert "arn:" not in answer["body"]

    def test_a_restored_ring_is_not_published(self) -> None:
        """It may hold a key that was revoked since the backup (revoked is for ever)."""
        service = TokenService()
        service.store.restore({"default": service.open()})
        assert self._is_unavailable(_ask(service))


@pytest.mark.parametrize(
    ("path", "iss"),
    [
        ("/.well-known/oauth-authorization-server", BASE_URL),
        ("/.well-known/openid-configuration", BASE_URL),
        ("/orders/.well-known/openid-configuration", f"{BASE_URL}/orders"),
        ("/orders/.well-known/oauth-authorization-server", f"{BASE_URL}/orders"),
        ("/.well-known/oauth-authorization-server/orders", f"{BASE_URL}/orders"),
    ],
)
def test_each_issuers_metadata_names_it(path: str, iss: str) -> None:
    """OIDC Discovery section 4.3, RFC 8414 section 3.3: `issuer` is the URL that was asked for."""
    service = TokenService()
    service.open()
    service.open(issuer="orders")
    metadata = json.loads(_ask(service, path)["body"])
    assert (metadata["issuer"], metadata["jwks_uri"]) == (iss, f"{iss}/.well-known/jwks.json")


def test_many_issuers_do_not_fill_the_memory() -> None:
    """What is kept is bounded; who is dropped is rendered again."""
    service = TokenService()
    endpoint = _endpoint(service)
    template = service.open()
    for number in range(400):
        service.store.rings[f"i-{number}"] = replace(template, issuer=f"i-{number}")
        assert endpoint.answer(Request("GET", f"/i-{number}/.well-known/jwks.json"))["statusCode"] == 200
    assert len(endpoint._rendered) <= 300
