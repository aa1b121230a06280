"""Bounded load: mixed traffic at the authorizer in process, the edge and the signer on the embedded AWS.

python -m benchmarks.load
"""

from __future__ import annotations

import gc
import http.client
import json
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from os import getpid
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.section import FULL, Effort, Section, table
from jwx.authorization.settings import authorizer_from
from jwx.verification.document_cache import CacheLimits
from local.console import Reporter
from local.environment import bring_up
from local.place import free_place
from local.stack import Stack
from local.story import CLAIMS, first_keys
from tests.fakes.api_events import api_event
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, jwk, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

SHARES: Final = {"valid": 60, "tampered": 15, "expired": 10, "random kid": 15}
REQUESTS_A_SECOND: Final = 100
"""By the authorizer's clock, so that caches age as they would."""

EDGE_REQUESTS: Final = 4_000
AT_ONCE: Final = 4
BATCHES: Final = (1, 10, 100)


def section(effort: Effort, *, deployed: bool = True) -> Section:
    """All loads; those on the embedded AWS need a deployment."""
    parts = [_authorizer(effort.requests)]
    if deployed:
        with ExitStack() as undo:
            stack = bring_up(free_place("bench"), Reporter(), owner=getpid(), undo=undo)
            first_keys(stack)
            parts += [_edge(stack, 200 if effort.smoke else EDGE_REQUESTS), _signer(stack)]
    return Section(name="load", text="\n\n".join(parts))


def _authorizer(requests: int) -> str:
    """Mixed traffic: its rate in the first fifth, its memory (which takes time to watch) in the others."""
    clock, told = FakeClock(NOW), Counter[str]()
    endpoint = KeyEndpoint({JWKS_URI: json.dumps({"keys": [jwk("ES256")]}).encode()})
    issuers = json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}])
    authorizer = authorizer_from(
        {"TRUSTED_ISSUERS": issuers}, fetch=endpoint, clock=lambda: clock.exact, write=lambda line: None
    )
    traffic, early, rate = _traffic(), 0, 0.0
    spent = time.process_time()
    for number in range(requests):
        if number == requests // 5:
            rate = number / (time.process_time() - spent)
            tracemalloc.start()
        if number == requests * 4 // 5:
            early = _allocated()
        told[_outcome(authorizer.authorize, next(traffic))] += 1
        clock.advance(1 / REQUESTS_A_SECOND)
    grown = _allocated() - early
    tracemalloc.stop()
    expected = requests * SHARES["valid"] / 100
    rows = [
        ["requests", f"{requests:,}"],
        *([name, f"{count:,}"] for name, count in sorted(told.items())),
        ["of them wrong", f"{abs(told['allowed'] - expected):.0f}"],
        ["requests a CPU second", f"{rate:,.0f}"],
        ["memory grown in the last fifth, KB", f"{grown / 1e3:.1f}"],
        ["key set fetches", f"{len(endpoint.asked)}"],
        ["the most that its bounds allow", f"{_most_fetches(requests / REQUESTS_A_SECOND):.0f}"],
    ]
    return (
        "**Authorizer, in process**: "
        + ", ".join(f"{n} {s}%" for s, n in _named_shares())
        + (f"; {REQUESTS_A_SECOND} requests a second.\n\n" + table(["", ""], rows))
    )


def _most_fetches(seconds: float) -> float:
    """The set as soon as it may be asked for again, and each unknown kid that the token bucket passes."""
    limits = CacheLimits()
    return 1 + seconds / limits.floor + limits.burst + seconds / limits.refill


def _named_shares() -> list[tuple[int, str]]:
    return [(share, name) for name, share in SHARES.items()]


def _outcome(authorize: Callable[[Any], dict[str, Any]], event: Any) -> str:
    """`allowed`, or how it was refused; anything else is an error of ours."""
    try:
        answer = authorize(event)
    except Exception as refusal:
        return "refused (401)" if str(refusal) == "Unauthorized" else f"error: {refusal!r}"
    effects = {statement["Effect"] for statement in answer["policyDocument"]["Statement"]}
    return "allowed" if "Allow" in effects else "denied (403)"


def _traffic() -> Any:
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


def _edge(stack: Stack, requests: int) -> str:
    """Clients that keep their connection and ask for the JWK Set one time after the other."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as clients:
        each = clients.map(lambda _: _ask(stack.jwks_url, requests // AT_ONCE), range(AT_ONCE))
        caches = sum(each, Counter[str]())
    seconds = time.perf_counter() - begun
    served = sum(count for name, count in caches.items() if name.startswith(("Hit", "200 Hit")))
    errors = sum(count for name, count in caches.items() if name.startswith("error"))
    # `RefreshHit` is served at once while one request revalidates.
    rows = [
        ["requests", f"{caches.total():,}"],
        ["errors", str(errors)],
        ["requests a second", f"{caches.total() / seconds:,.0f}"],
        ["fresh from the cache", f"{served / caches.total():.2%}"],
        ["others (the origin was asked)", f"{caches.total() - served - errors}"],
        ["of these at most, by the cache's time of 1 s", f"{seconds + 1:.0f} and as many revalidations"],
    ]
    return f"**JWK Set through the edge**, {AT_ONCE} clients on loopback\n\n" + table(["", ""], rows)


def _ask(url: str, requests: int) -> Counter[str]:
    parts = urlsplit(url)
    connection, caches = http.client.HTTPConnection(str(parts.hostname), parts.port), Counter[str]()
    for _ in range(requests):
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        answer.read()
        known = answer.status == 200 and answer.getheader("X-Cache")
        caches[str(known) if known else f"error {answer.status}"] += 1
    connection.close()
    return caches


def _signer(stack: Stack) -> str:
    """Batches of several sizes; on this machine the emulator's KMS is what takes the time."""
    rows = []
    stack.sign(CLAIMS)
    for size in BATCHES:
        begun = time.perf_counter()
        answer = _batch(stack, size)
        seconds = time.perf_counter() - begun
        failed = sum("token" not in one for one in answer["tokens"])
        rows.append([f"{size}", f"{seconds * 1e3:.0f}", f"{size / seconds:.0f}", str(failed)])
    head = ["tokens in one call", "ms", "tokens a second", "errors"]
    return "**Signer, batches**, on the embedded AWS\n\n" + table(head, rows)


def _batch(stack: Stack, size: int) -> Any:
    name = stack.outputs["SignerFunctionName"]
    asked = json.dumps({"tokens": [{"claims": CLAIMS}] * size})
    return json.loads(stack.clients.lambda_.invoke(FunctionName=name, Payload=asked)["Payload"].read())


if __name__ == "__main__":
    print(section(FULL).text)
