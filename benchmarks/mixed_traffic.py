"""The authorizer under good, bad and hostile tokens, in process: what it lets in, and what it keeps."""

from __future__ import annotations

import gc
import json
import math
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from benchmarks.goals import Goal, goals_table
from benchmarks.markdown import table
from benchmarks.progress import step
from jwx.authorization.settings import authorizer_from
from jwx.verification.document_cache import CacheLimits
from tests.fakes.api_events import api_event
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, jwk, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

SHARES: Final = {"valid": 60, "tampered": 15, "expired": 10, "random kid": 15}
REQUESTS_A_SECOND: Final = 100
"""By the authorizer's clock, so that caches age as they would."""

LEAST_GROWTH: Final = 50.0
"""KB in the last fifth of the requests that are no growth: caches of a bounded size are never quite still."""


def mixed_traffic(requests: int) -> tuple[str, list[Goal]]:
    """Mixed traffic: its rate in the first fifth, its memory (which takes time to watch) in the others."""
    clock, told = FakeClock(NOW), Counter[str]()
    endpoint = KeyEndpoint({JWKS_URI: json.dumps({"keys": [jwk("ES256")]}).encode()})
    issuers = json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}])
    authorizer = authorizer_from(
        {"TRUSTED_ISSUERS": issuers}, fetch=endpoint, clock=lambda: clock.exact, write=lambda line: None
    )
    traffic, early, rate = _traffic(), 0, 0.0
    spent = time.process_time()
    for number in step("load: mixed traffic at the authorizer", range(requests)):
        if number == requests // 5:
            rate = number / (time.process_time() - spent)
            tracemalloc.start()
        if number == requests * 4 // 5:
            early = _allocated()
        told[_outcome(authorizer.authorize, next(traffic))] += 1
        clock.advance(1 / REQUESTS_A_SECOND)
    grown = _allocated() - early
    tracemalloc.stop()
    wrong = abs(told["allowed"] - requests * SHARES["valid"] / 100) + told["denied (403)"] + _errors(told)
    most = _most_fetches(requests / REQUESTS_A_SECOND)
    goals = [
        Goal(about="decisions that are wrong", value=wrong, most=0),
        Goal(about="KB of memory grown in the last fifth", value=grown / 1e3, most=LEAST_GROWTH),
        Goal(about="key set fetches", value=len(endpoint.asked), most=most),
    ]
    rows = [
        ["requests", f"{requests:,}"],
        *([name, f"{count:,}"] for name, count in sorted(told.items())),
        ["requests a CPU second", f"{rate:,.0f}"],
    ]
    shares = ", ".join(f"{name} {share}%" for name, share in SHARES.items())
    head = f"**Authorizer, in process**: {shares}; {REQUESTS_A_SECOND} requests a second by its clock."
    return "\n\n".join([head, table(["", ""], rows), goals_table(goals)]), goals


def _errors(told: Counter[str]) -> int:
    return sum(count for name, count in told.items() if name.startswith("error"))


def _most_fetches(seconds: float) -> int:
    """The set as soon as it may be asked for again, and each unknown kid that the token bucket passes."""
    limits = CacheLimits()
    return math.ceil(1 + seconds / limits.floor + limits.burst + seconds / limits.refill)


def _outcome(authorize: Callable[[Any], dict[str, Any]], event: Any) -> str:
    """`allowed`, or how it was refused; anything else is an error of ours."""
    try:
        answer = authorize(event)
    except Exception as refusal:
        return "refused (401)" if str(refusal) == "Unauthorized" else f"error: {refusal!r}"
    effects = {statement["Effect"] for statement in answer["policyDocument"]["Statement"]}
    return "allowed" if "Allow" in effects else "denied (403)"


def _traffic() -> Iterator[Any]:
    """Events without end, in shares that are exact for each hundred."""
    chance = random.Random(6)  # noqa: S311 - the same traffic each time
    good = [api_event("rest-request", token(exp=NOW + 86_400, jti=str(number))) for number in range(200)]
    bad = {
        "tampered": [api_event("rest-request", _tampered(number)) for number in range(50)],
        "expired": [api_event("rest-request", token(exp=NOW - 3600))],
    }
    kinds = [name for name, share in SHARES.items() for _ in range(share)]
    while True:
        chance.shuffle(kinds)
        for kind in kinds:
            if kind == "valid":
                yield chance.choice(good)
            elif kind == "random kid":
                yield _with_token(good[0], _unknown_kid(chance))
            else:
                yield chance.choice(bad[kind])


def _tampered(number: int) -> str:
    whole = token(exp=NOW + 86_400, jti=f"t{number}")
    head, payload, _ = whole.split(".")
    return ".".join((head, payload, token(jti="another").split(".")[2]))


def _unknown_kid(chance: random.Random) -> str:
    return token(header={"kid": f"{chance.getrandbits(128):032x}"})


def _with_token(event: dict[str, Any], whole: str) -> dict[str, Any]:
    bearer = f"Bearer {whole}"
    many = event["multiValueHeaders"] | {"Authorization": [bearer]}
    return event | {"headers": event["headers"] | {"Authorization": bearer}, "multiValueHeaders": many}


def _allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
