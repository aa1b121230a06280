"""Many requests in one call, and patience with a busy KMS while time is left."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jwx.errors import InvalidRequest, SigningUnavailable
from jwx.issuing.batch import MOST_TOKENS, SIDE_BY_SIDE, Patience, each_on_its_own
from tests.fakes.clock import FakeClock
from tests.fakes.kms import refusal
from tests.fakes.token_service import REQUEST, TokenService


def _throttle_first(service: TokenService, times: int) -> None:
    """KMS is busy for the first calls."""
    left = iter(range(times))

    def before(name: str) -> None:
        if name == "kms.Sign" and next(left, None) is not None:
            raise refusal("ThrottlingException")

    service.calls.before = before


def test_answers_stand_in_the_order_of_the_requests() -> None:
    """Each is a result or an error of its own; one bad request spoils no other."""
    service = TokenService()
    service.open("ES256", "Ed25519")
    batch = [REQUEST, {"claims": {"sub": "a", "exp": 1}}, REQUEST | {"algorithm": "Ed25519"}, 7]
    answers = service.signing().answer({"tokens": batch}, seconds_left=lambda: 30)["tokens"]
    assert [answer.get("alg", answer.get("error")) for answer in answers] == [
        "ES256",
        "InvalidRequest",
        "Ed25519",
        "InvalidRequest",
    ]
    assert answers[1]["message"].startswith("claims.exp: ")
    assert answers[0]["token_type"] == "Bearer"


@pytest.mark.parametrize("tokens", [[], [REQUEST] * (MOST_TOKENS + 1), {"0": REQUEST}, "x", None])
def test_a_batch_has_1_to_500_requests(tokens: Any) -> None:
    """Anything else is refused as a whole."""
    service = TokenService()
    service.open()
    with pytest.raises(InvalidRequest, match=r"^tokens: "):
        service.signing().answer({"tokens": tokens}, seconds_left=lambda: 30)


def test_a_full_batch_reads_the_ring_once() -> None:
    """500 tokens, 500 KMS calls and one read."""
    service = TokenService()
    service.open()
    answers = service.signing().answer({"tokens": [REQUEST] * MOST_TOKENS}, seconds_left=lambda: 30)["tokens"]
    assert len({answer["jti"] for answer in answers}) == MOST_TOKENS
    assert service.calls.names.count("kms.Sign") == MOST_TOKENS
    assert service.calls.names.count("store.load") == 1


def test_requests_are_served_side_by_side_within_the_bound() -> None:
    """All places are used at once, and never more."""
    together = threading.Barrier(SIDE_BY_SIDE)

    def issue(_: object) -> dict[str, Any]:
        together.wait(timeout=10)
        return {}

    assert len(each_on_its_own([REQUEST] * SIDE_BY_SIDE * 2, issue)) == SIDE_BY_SIDE * 2


def test_a_busy_kms_is_asked_again() -> None:
    """The caller sees nothing of it but the time."""
    service = TokenService()
    service.open()
    _throttle_first(service, 3)
    assert service.signing().answer(REQUEST, seconds_left=lambda: 30)["token"]
    assert service.calls.names.count("kms.Sign") == 4


def test_what_could_not_be_signed_in_time_says_so() -> None:
    """Each place of the batch holds a token or SigningUnavailable; the call itself ends in time."""
    service = TokenService()
    service.open()
    signing = service.signing()
    deadline = service.clock.exact + 5
    _throttle_first(service, 10_000)
    answers = signing.answer({"tokens": [REQUEST] * 20}, seconds_left=lambda: deadline - service.clock.exact)
    assert {answer["error"] for answer in answers["tokens"]} == {"SigningUnavailable"}
    assert all("busy until the time" in answer["message"] for answer in answers["tokens"])
    assert service.clock.exact <= deadline


def test_waits_grow_and_are_random() -> None:
    """Full jitter: from nothing up to a bound that doubles, to 2 s at most."""
    waits: list[float] = []

    def busy() -> None:
        raise SigningUnavailable("busy", throttled=True)

    seconds = iter(range(1000, -20, -20))
    patience = Patience(seconds_left=lambda: float(next(seconds)), sleep=waits.append, random=lambda: 1.0)
    with pytest.raises(SigningUnavailable):
        patience.call(busy)
    assert waits[:8] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_a_refused_key_is_not_asked_again() -> None:
    """Only another key can help."""
    clock, asked = FakeClock(), []

    def refused() -> None:
        asked.append(1)
        raise SigningUnavailable("disabled")

    with pytest.raises(SigningUnavailable, match="disabled"):
        Patience(seconds_left=lambda: 30, sleep=clock.sleep, random=lambda: 1).call(refused)
    assert asked == [1]
