"""A real HTTP server on loopback that serves what a test puts there."""

from __future__ import annotations

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class WebServer(ThreadingHTTPServer):
    """Listens on a free port from its making on."""

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents: dict[str, tuple[int, dict[str, str], bytes]] = {}
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://localhost:{self.server_address[1]}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def serve(self, path: str, body: bytes, *, status: int = 200, headers: dict[str, str]) -> str:
        """From now on; the URL of it."""
        self.documents[path] = (status, headers, body)
        return f"{self.url}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle of an answer, or refuses our certificate, may do so."""


class _Handler(BaseHTTPRequestHandler):
    server: WebServer

    def do_GET(self) -> None:
        missing = (404, {"Content-Type": "text/plain"}, b"nothing here")
        status, headers, body = self.server.documents.get(self.path.partition("?")[0], missing)
        asked = self.headers.get("If-None-Match")
        if asked and asked == headers.get("ETag") and "X-Ignores" not in headers:
            status, body = 304, b""
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """No log."""
