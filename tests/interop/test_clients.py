"""Real clients, unchanged, pointed at a well-known URL of the product on fakes: every algorithm there is."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.interop.clients import KINDS, ClientKind
from tests.interop.loopback_publisher import LoopbackPublisher
from tests.interop.matrix import COMMON, measure, takes
from tests.interop.table import check_row, summary

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")]
EACH = pytest.mark.parametrize("kind", KINDS, ids=[kind.name.partition(",")[0] for kind in KINDS])


@EACH
def test_a_client_verifies_what_it_knows_and_refuses_what_was_tampered_with(
    kind: ClientKind, loopback: LoopbackPublisher
) -> None:
    """What it verifies is what the table in the docs says; no tampered token of any algorithm passes."""
    measured = measure(kind, loopback, ("interop", "ed25519", "post-quantum"))
    with closing(kind.connect(loopback.publish("mixed"))) as client:
        beside = takes(client, loopback.sign("mixed", COMMON), COMMON)
    rotation = "survived" if _survives_a_rotation(kind, loopback) else "failed"
    unknown = summary(measured.unknown) + (f" ({kind.remark})" if kind.remark else "")
    cells = (summary(measured.verified), unknown, "fine" if beside else "refused", kind.cache, rotation)
    check_row(kind.name, kind.version(), *cells)
    assert rotation == "survived"


def _survives_a_rotation(kind: ClientKind, loopback: LoopbackPublisher) -> bool:
    with closing(kind.connect(loopback.publish("interop"))) as client:
        old = loopback.sign("interop", COMMON)
        before = takes(client, old, COMMON)
        loopback.rotate("interop", COMMON)
        new = loopback.sign("interop", COMMON)
        assert new.partition(".")[0] != old.partition(".")[0], "another key, hence another header"
        return before and takes(client, new, COMMON) and takes(client, old, COMMON)


@EACH
def test_a_client_that_caches_needs_no_fetch_to_live_through_a_rotation(
    kind: ClientKind, loopback: LoopbackPublisher
) -> None:
    """The standby was in the set from the start: one fetch is enough for clients that keep the set whole."""
    with closing(kind.connect(loopback.publish("interop"))) as client:
        loopback_fetches = loopback.fetches("interop") or 0
        takes(client, loopback.sign("interop", COMMON), COMMON)
        loopback.rotate("interop", COMMON)
        assert takes(client, loopback.sign("interop", COMMON), COMMON)
    fetched = (loopback.fetches("interop") or 0) - loopback_fetches
    keeps_the_set = not kind.cache.startswith("none") and "each of 5 kids" not in kind.cache
    assert fetched == (1 if keeps_the_set else 2)


@EACH
def test_without_the_overlap_some_clients_would_refuse_good_tokens(
    kind: ClientKind, loopback: LoopbackPublisher
) -> None:
    """What the standby is for: a new key that signs at once is unknown to every client that waits."""
    with closing(kind.connect(loopback.publish("interop"))) as client:
        assert takes(client, loopback.sign("interop", COMMON), COMMON)
        loopback.force("interop", COMMON)
        assert takes(client, loopback.sign("interop", COMMON), COMMON) != kind.needs_overlap
