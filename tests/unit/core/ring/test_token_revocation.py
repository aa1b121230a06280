"""A single token revoked: from the verb to the verifier that refuses it, with all that lies between."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from jwx import TrustedIssuer, VerificationError, Verifier
from jwx.errors import InvalidRequest, TooManyTokens, UnknownIssuer
from jwx.issuing.token_request import TokenRequest
from jwx.publishing.publication import documents
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring import ring_document
from jwx.ring.keyring import KeyRing
from jwx.ring.policy import RotationPolicy
from jwx.ring.public_face import fingerprint
from jwx.ring.token_revocation import MAX_REVOKED_TOKENS, revoke_token
from jwx.verbs.rotating import Rotating
from jwx.verification.fetched import Fetched, FetchFailed, read_caching
from tests.fakes.journal import FakeJournal
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.run_record import FakeRunRecord
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService

DENY_LIST = "/.well-known/revoked-tokens.json"
NOW = 1_800_000_000


class World:
    """A rotation and a publishing endpoint beside the signer, and a verifier that reads from the latter."""

    def __init__(self) -> None:
        self.service = service = TokenService()
        service.open(standby=True)
        self.publication = FakePublication(service.store, service.clock)
        operations = itertools.count()
        self.rotating = Rotating(
            store=service.store,
            keys=service.keys,
            prober=FakeProber(service.store, service.signer),
            publication=self.publication,
            journal=FakeJournal(),
            record=FakeRunRecord(),
            default_policy=RotationPolicy(),
            clock=service.clock,
            sleep=service.clock.sleep,
            new_operation=lambda: f"verb-{next(operations)}",
        )
        self.endpoint = WellKnown(
            service.store, service.clock, base_url=BASE_URL, jwk_set_type="application/json"
        )
        self.verifier = Verifier(
            TrustedIssuer(
                issuer=BASE_URL,
                audiences=["api://orders"],
                jwks_uri=f"{BASE_URL}/.well-known/jwks.json",
                deny_list_uri=BASE_URL + DENY_LIST,
            ),
            fetch=self.fetch,
            clock=service.clock,
        )

    def verb(self, **request: Any) -> dict[str, Any]:
        return self.rotating.answer({"issuer": "default"} | request, remaining=lambda: 300.0)

    def fetch(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        answer = self.endpoint.answer(Request("GET", url.removeprefix(BASE_URL), etag or ""))
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if answer["statusCode"] not in (200, 304):
            raise FetchFailed("no document", status=answer["statusCode"])
        body = answer["body"].encode() if answer["statusCode"] == 200 else None
        return Fetched(body, headers["etag"], *read_caching(headers))

    def listed(self) -> list[str]:
        answer = self.endpoint.answer(Request("GET", DENY_LIST))
        return [token["jti"] for token in json.loads(answer["body"])["tokens"]]


@pytest.fixture
def world() -> World:
    return World()


def test_a_revoked_token_is_refused_within_a_minute_and_its_key_signs_on(world: World) -> None:
    """The verifier is warm and has seen the token; the next token of the same key is taken."""
    issuer = world.service.issuer()
    stolen, other = (issuer.issue(TokenRequest.parse(REQUEST)) for _ in range(2))
    assert world.verifier.verify(stolen.token)
    answer = world.verb(action="revoke_token", jti=stolen.jti, exp=stolen.expires_at)
    assert "warnings" not in answer
    world.service.clock.advance(30)
    with pytest.raises(VerificationError, match="revoked_token"):
        world.verifier.verify(stolen.token)
    assert world.verifier.verify(other.token)["jti"] == other.jti


def test_the_cdn_is_emptied_at_once_and_again(world: World) -> None:
    """As for a key: an answer under way may have filled it with the old list. Then nothing is due."""
    before = world.service.clock()
    steps = world.verb(action="revoke_token", jti="a", exp=before + 60)["steps"]
    done = [step["action"] for step in steps]
    assert done.index("copy") < done.index("invalidate") < done.index("invalidate_again")
    assert len(world.publication.invalidations) == 2
    world.service.clock.advance(600)
    world.verb(action="reconcile")
    assert world.service.store.rings["default"].withdrawals == ()


def test_a_second_token_empties_the_cdn_anew(world: World) -> None:
    """Also while the effects of the first are still open; the same token again changes nothing."""
    exp = world.service.clock() + 600
    for jti in ("a", "b", "b"):
        world.verb(action="revoke_token", jti=jti, exp=exp)
    assert world.listed() == ["a", "b"]
    assert len(world.publication.invalidations) == 4


def test_an_entry_stays_until_nobody_takes_the_token_and_is_dropped_then(world: World) -> None:
    """`exp`, the slowest verifier's leeway and both clocks' errors; the document's ETag changes with it."""
    exp = world.service.clock() + 100
    world.verb(action="revoke_token", jti="a", exp=exp)
    policy = world.service.store.rings["default"].policy
    last = exp + policy.verifier_leeway + 2 * policy.clock_skew - 1
    world.service.clock.advance(last - world.service.clock())
    etag = world.fetch(BASE_URL + DENY_LIST).etag
    assert world.listed() == ["a"]
    world.service.clock.advance(1)
    assert world.listed() == []
    assert world.fetch(BASE_URL + DENY_LIST, etag=etag).body is not None
    world.verb(action="revoke_token", jti="b", exp=exp + 600)
    assert [token.jti for token in world.service.store.rings["default"].revoked_tokens] == ["b"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jti": None}, "jti: is missing"),
        ({"jti": ""}, "jti: .* is not a string of 1 to 64"),
        ({"jti": "a" * 65}, "jti: .* is not a string of 1 to 64"),
        ({"jti": "a b"}, "jti: .* is none of ours"),
        ({"jti": "ä"}, "jti: .* is none of ours"),
        ({"exp": None}, "exp: .* is not a time"),
        ({"exp": "1"}, "exp: .* is not a time"),
        ({"exp": True}, "exp: .* is not a time"),
        ({"exp": 1}, "exp: .* is not a time"),
        ({"exp": NOW * 2}, "exp: .* is not a time"),
        ({"kid": "x"}, "kid.*revoke_token takes no such field"),
    ],
)
def test_a_bad_request_names_its_field_and_changes_nothing(
    world: World, changes: dict[str, Any], message: str
) -> None:
    """Typed, before anything is read or written."""
    request = {"jti": "a", "exp": world.service.clock() + 60} | changes
    with pytest.raises(InvalidRequest, match=message):
        world.verb(action="revoke_token", **request)
    assert world.listed() == []


def test_a_deleted_issuer_has_no_tokens_to_revoke(world: World) -> None:
    """Until it is gone its tokens can be accepted, and so revoked; after that there is no list."""
    world.verb(action="delete_issuer")
    exp = world.service.clock() + 60
    world.verb(action="revoke_token", jti="a", exp=exp)
    assert world.listed() == ["a"]
    gone = replace(world.service.store.rings["default"], deleted_at=world.service.clock())
    world.service.save(gone)
    with pytest.raises(UnknownIssuer, match="was deleted"):
        world.verb(action="revoke_token", jti="b", exp=exp)


def _full_ring() -> KeyRing:
    ring = KeyRing(issuer="default", policy=RotationPolicy(), created_at=NOW)
    for number in range(MAX_REVOKED_TOKENS):
        ring = revoke_token(ring, jti=f"{number:064}", exp=NOW + 60, now=NOW)
    return ring


def test_the_list_is_bounded() -> None:
    """A refusal, never a larger document; what is on it may still get a later end, and time makes room."""
    ring = _full_ring()
    with pytest.raises(TooManyTokens, match=r"500 tokens of 'default'.*revoke their key"):
        revoke_token(ring, jti="one-more", exp=NOW + 60, now=NOW)
    longer = revoke_token(ring, jti=f"{7:064}", exp=NOW + 90, now=NOW)
    assert len(longer.revoked_tokens) == MAX_REVOKED_TOKENS
    later = revoke_token(ring, jti="one-more", exp=NOW + 900, now=NOW + 600)
    assert [token.jti for token in later.revoked_tokens] == ["one-more"]


def test_the_longest_list_fits_everywhere() -> None:
    """In the ring's item it leaves the room that revocations of keys are promised; verifiers read 256 KB."""
    ring = _full_ring()
    empty = replace(ring, revoked_tokens=())
    assert len(ring_document.write(ring)) - len(ring_document.write(empty)) < 49 * 1024
    (body,) = (b for p, b in documents(ring, base_url=BASE_URL, now=NOW).items() if p.endswith("tokens.json"))
    assert len(body) < 64 * 1024


def test_the_static_copy_knows_each_list_apart() -> None:
    """Else the copy behind the CDN would keep an old one."""
    ring = KeyRing(issuer="default", policy=RotationPolicy(), created_at=NOW)
    first = revoke_token(ring, jti="a", exp=NOW + 60, now=NOW)
    second = revoke_token(first, jti="a", exp=NOW + 90, now=NOW)
    assert len({fingerprint(r, NOW) for r in (ring, first, second)}) == 3


def test_a_set_without_keys_is_believed_when_our_endpoint_serves_it(world: World) -> None:
    """Both sides of `must-revalidate`: the only keys were revoked, and a warm verifier learns it at once."""
    token = world.service.issuer().issue(TokenRequest.parse(REQUEST))
    assert world.verifier.verify(token.token)
    ring = world.service.store.rings["default"]
    now = world.service.clock()
    keys = tuple(replace(key, revoked_at=now) for key in ring.keys)
    world.service.save(replace(ring, keys=keys))
    world.service.clock.advance(30)
    with pytest.raises(VerificationError, match="unknown_key") as refusal:
        world.verifier.verify(token.token)
    assert not refusal.value.retryable
