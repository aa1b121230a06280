"""Servers on loopback, in plain and with a certificate that nobody vouches for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.self_signed import write_certificate
from tests.unit.cli.web_server import WebServer


@pytest.fixture
def web() -> Iterator[WebServer]:
    """Plain http."""
    server = WebServer()
    with closing(server.socket):
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    write_certificate(path)
    return path


@pytest.fixture
def tls_web(certificate: Path) -> Iterator[WebServer]:
    """Https, with the self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = WebServer(context)
    with closing(server.socket):
        yield server
        server.shutdown()
