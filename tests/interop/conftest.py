"""Publishers for the interop tests, over plain HTTP and over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack
from tests.interop.deployed_publisher import DeployedPublisher
from tests.interop.loopback_publisher import LoopbackPublisher, loopback_publisher
from tests.interop.tls_front import TlsFront
from tests.unit.cli.self_signed import write_certificate


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, its key and its authority, in one file."""
    path = tmp_path_factory.mktemp("interop") / "localhost.pem"
    write_certificate(path)
    return path


@pytest.fixture
def loopback(authority: Path) -> Iterator[LoopbackPublisher]:
    """The product on fakes; a world of its own for each test."""
    with loopback_publisher(authority) as publisher:
        yield publisher


@pytest.fixture
def deployed(stack: Stack, authority: Path) -> Iterator[DeployedPublisher]:
    """The product in the embedded AWS."""
    front = TlsFront(stack.place.edge_port, authority)
    yield DeployedPublisher(stack, front, authority)
    front.shutdown()
    front.server_close()
