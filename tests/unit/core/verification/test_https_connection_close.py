"""The fetch against an endpoint that ends the connection, as every HTTP/1.0 proxy does."""

import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from jwx.verification.https import fetch_json

BODY = b'{"keys":[]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 11\r\n\r\n"


class _HeadThenBody(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline() not in {b"\r\n", b""}:
            pass
        self.wfile.write(HEAD)
        self.wfile.flush()
        time.sleep(0.05)  # so that the body is another packet
        self.wfile.write(BODY)


@pytest.fixture
def url() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HeadThenBody) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/jwks.json"
        server.shutdown()


def test_body_behind_the_head_is_read(url: str) -> None:
    """A body that comes in a later packet than `Connection: close` is read to its end."""
    assert fetch_json(url).body == BODY
