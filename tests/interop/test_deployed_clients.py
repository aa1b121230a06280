"""The same clients against the product in the embedded AWS: KMS signs, the edge caches."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from tests.interop.clients import KINDS
from tests.interop.deployed_publisher import DeployedPublisher
from tests.interop.matrix import COMMON, measure, takes
from tests.interop.table import committed_algorithms

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")


def test_clients_do_with_a_deployed_issuer_what_the_table_says(deployed: DeployedPublisher) -> None:
    """Tokens signed by the real signer with keys in KMS, sets from the edge; then one rotation for all."""
    for kind in KINDS:
        measured = measure(kind, deployed, ("interop", "ed25519"))
        wanted = committed_algorithms(kind.name)
        assert set(measured.verified) == {name for name in wanted if not name.startswith("ML-DSA")}, kind.name
    _rotate(deployed)


def _rotate(deployed: DeployedPublisher) -> None:
    published = deployed.publish("interop")
    with ExitStack() as open_clients:
        clients = {kind.name: open_clients.enter_context(closing(kind.connect(published))) for kind in KINDS}
        old = deployed.sign("interop", COMMON)
        for name, client in clients.items():
            assert takes(client, old, COMMON), name
        deployed.rotate("interop", COMMON)
        new = deployed.sign("interop", COMMON)
        for name, client in clients.items():
            assert takes(client, new, COMMON), name
            assert takes(client, old, COMMON), name
