"""KMS behind a door that can be shut: what no emulator does, turning calls away."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class BusyKms(ThreadingHTTPServer):
    """Refuses the next `refusals` calls of one operation with one code, and hands on all others."""

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.upstream = upstream
        self.operation, self.code, self.refusals = "", "", 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def refuse(self, operation: str, code: str, *, times: int) -> None:
        """From now on."""
        self.operation, self.code, self.refusals = operation, code, times


class _Door(BaseHTTPRequestHandler):
    server: BusyKms

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-Amz-Target"].endswith(f".{self.server.operation}") and self.server.refusals > 0:
            self.server.refusals -= 1
            self._answer(400, json.dumps({"__type": self.server.code}).encode())
        else:
            self._answer(*self._upstream(body))

    def _upstream(self, body: bytes) -> tuple[int, bytes]:
        request = urllib.request.Request(  # noqa: S310 - http on loopback
            self.server.upstream, data=body, headers=dict(self.headers)
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Nothing."""


@contextmanager
def busy_kms(upstream: str) -> Iterator[BusyKms]:
    """A door that is open until told otherwise."""
    with BusyKms(upstream) as door:
        Thread(target=door.serve_forever, daemon=True).start()
        yield door
        door.shutdown()
