"""The JWK Set through the caching edge: clients that keep their connection and ask without a pause."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from benchmarks.goals import Goal, goals_table
from benchmarks.markdown import table
from benchmarks.progress import say, step
from local.clients import ROOT_IDENTITY, Clients
from local.stack import Stack

AT_ONCE: Final = 4
S_MAXAGE: Final = 1.0
"""Seconds that the edge keeps the set for, as `samconfig.toml` sets up a local stack."""


def edge_load(stack: Stack, seconds: int) -> tuple[str, list[Goal]]:
    """Many of the edge's periods, so that a share of them and a rate are figures."""
    begun_at, begun = time.time(), time.monotonic()
    caches = _asked(stack.jwks_url, seconds)
    lasted = time.monotonic() - begun
    origin = _origin_requests(stack, since=begun_at)
    errors = sum(count for name, count in caches.items() if name.startswith("error"))
    fresh = sum(count for name, count in caches.items() if "Hit" in name and "Refresh" not in name)
    most = int(lasted / S_MAXAGE) + 2
    goals = [
        Goal(about="errors", value=errors, most=0),
        Goal(about=f"requests that the origin saw, of one each {S_MAXAGE:g} s", value=origin, most=most),
        Goal(about="missing of one each 3 s", value=max(0, int(lasted / 3) - origin), most=0),
    ]
    rows = [
        ["seconds", f"{lasted:.0f}"],
        ["requests", f"{caches.total():,}"],
        ["requests a second", f"{caches.total() / lasted:,.0f}"],
        ["answered from the cache", f"{fresh / caches.total():.3%}"],
        ["requests that the origin saw", f"{origin}"],
    ]
    head = f"**JWK Set through the edge**, which keeps it for {S_MAXAGE:g} s: {AT_ONCE} clients on loopback."
    return "\n\n".join([head, table(["", ""], rows), goals_table(goals)]), goals


def _asked(url: str, seconds: int) -> Counter[str]:
    """What the edge said of its cache, until the time is up or the bench is interrupted."""
    enough = threading.Event()
    with ThreadPoolExecutor(AT_ONCE) as clients:
        try:
            each = [clients.submit(_ask, url, enough) for _ in range(AT_ONCE)]
            for _ in step("load: the edge", range(seconds)):
                time.sleep(1)
        finally:
            enough.set()
    return sum((client.result() for client in each), Counter[str]())


def _ask(url: str, enough: threading.Event) -> Counter[str]:
    parts = urlsplit(url)
    connection, caches = http.client.HTTPConnection(str(parts.hostname), parts.port), Counter[str]()
    while not enough.is_set():
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        answer.read()
        known = answer.status == 200 and answer.getheader("X-Cache")
        caches[str(known) if known else f"error {answer.status}"] += 1
    connection.close()
    return caches


def _origin_requests(stack: Stack, *, since: float) -> int:
    """By the publishing function's own count: a line of its log for each document, with the time of it.

    Lines come late, so that those of requests before `since` must be told from ours.
    """
    say("load: reading the origin's log")
    logs = Clients(stack.place, ROOT_IDENTITY).logs
    group = f"/aws/lambda/{stack.outputs['JwksFunctionName']}"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = (event["message"] for page in pages for event in page["events"])
    counts = (json.loads(line) for line in lines if '"Documents"' in line)
    return sum(count["_aws"]["Timestamp"] >= since * 1000 for count in counts)
