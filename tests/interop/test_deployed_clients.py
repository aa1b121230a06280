"""The same clients against the product in the embedded AWS: KMS signs, the edge caches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial

import pytest

from local.stack import Stack
from tests.interop.api_gateway import ApiGateway, emulator_version, service
from tests.interop.clients import KINDS, ClientKind
from tests.interop.deployed_publisher import DeployedPublisher
from tests.interop.matrix import COMMON, measure, takes
from tests.interop.node_clients import has_node
from tests.interop.table import check_row, committed_algorithms, summary

pytestmark = [
    pytest.mark.timeout(400),  # the deployment, if it is the first to need it, and nine clients in a row
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864"),
]


@pytest.fixture
def api_gateway(stack: Stack) -> Iterator[ClientKind]:
    """A client that exists in the embedded AWS only."""
    with service() as url:
        yield ClientKind(
            name="API Gateway HTTP API, JWT authorizer (emulated)",
            version=emulator_version,
            connect=partial(ApiGateway, stack.place, url),
            cache="2 h; an unknown kid does not fetch: needs the overlap",
            remark="AWS documents RSA-based algorithms; its emulator has RS256 only",
        )


def test_clients_do_with_a_deployed_issuer_what_the_table_says(
    deployed: DeployedPublisher, api_gateway: ClientKind
) -> None:
    """Tokens signed by the real signer with keys in KMS, sets from the edge; then one rotation for all."""
    # Without Node.js the others are tried all the same.
    kinds = tuple(kind for kind in KINDS if has_node() or not kind.needs_node)
    for kind in kinds:
        wanted = {name for name in committed_algorithms(kind.name) if not name.startswith("ML-DSA")}
        assert set(measure(kind, deployed, ("interop", "ed25519")).verified) == wanted, kind.name
    measured = measure(api_gateway, deployed, ("interop", "ed25519"))
    unknown = f"{summary(measured.unknown)} ({api_gateway.remark})"
    _live_through_a_rotation((*kinds, api_gateway), deployed)
    check_row(
        api_gateway.name,
        api_gateway.version(),
        summary(measured.verified),
        unknown,
        "not tried",
        api_gateway.cache,
        "survived",
    )


def _live_through_a_rotation(kinds: tuple[ClientKind, ...], deployed: DeployedPublisher) -> None:
    published = deployed.publish("interop")
    with ExitStack() as stack:
        clients = {kind.name: stack.enter_context(closing(kind.connect(published))) for kind in kinds}
        old = deployed.sign("interop", COMMON)
        for name, client in clients.items():
            assert takes(client, old, COMMON), name
        deployed.rotate("interop", COMMON)
        new = deployed.sign("interop", COMMON)
        assert new.partition(".")[0] != old.partition(".")[0]
        for name, client in clients.items():
            assert takes(client, new, COMMON), name
            assert takes(client, old, COMMON), name
