"""A DynamoDB, a KMS and a well-known URL on loopback, each with one answer: what a function waits for.

It is no emulator: what a request costs here is next to nothing, so that a function's own time shows.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jwx.publishing.publication import document
from jwx.ring import ring_document
from tests.fakes.clock import FakeClock
from tests.fakes.token_service import TokenService

TABLE = "rings"


class SmallAws:
    """One issuer with an active key, a standby, and a key on its way, as the functions see it."""

    def __init__(self) -> None:
        self.service = TokenService()
        self.service.clock = FakeClock(time.time())
        self.url = ""
        ring, self.operation = self.service.prove(self.service.open("ES256", standby=True), "ES256")
        ring = self.service.save(ring)
        self._item = {
            "issuer": {"S": "default"},
            "version": {"S": ring.version},
            "home": {"S": TABLE},
            "document": {"S": ring_document.write(ring)},
        }

    def environment(self) -> dict[str, str]:
        """What all functions are told."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "KEY_RING_TABLE": TABLE,
            "ISSUER_URL": self.url,
            "ROTATION_FUNCTION": "rotation",
            "POWERTOOLS_SERVICE_NAME": "bench",
            "POWERTOOLS_METRICS_NAMESPACE": "Jwx",
        }

    def answer(self, target: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What DynamoDB and KMS say, as their JSON protocol has it."""
        if target.endswith("GetItem"):
            return {"Item": self._item}
        signed = self.service.kms.sign(
            KeyId=asked["KeyId"],
            Message=base64.b64decode(asked["Message"]),
            MessageType=asked["MessageType"],
            SigningAlgorithm=asked["SigningAlgorithm"],
        )
        return signed | {"Signature": base64.b64encode(signed["Signature"]).decode()}

    def jwk_set(self) -> bytes:
        """The public keys."""
        ring = self.service.store.rings["default"]
        return document(ring, "jwks.json", base_url=self.url, now=int(time.time()))


@contextmanager
def small_aws() -> Iterator[SmallAws]:
    """Serve until the block is left."""
    aws = SmallAws()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(aws))
    aws.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(aws: SmallAws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two small packets: the second would wait 40 ms for the first one's confirmation.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(json.dumps(aws.answer(self.headers["X-Amz-Target"], asked)).encode())

        def do_GET(self) -> None:
            self._send(aws.jwk_set())

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "max-age=300")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the figures are what is to be seen."""

    return Handler
