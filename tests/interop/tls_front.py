"""TLS in front of a plain loopback server, with a certificate authority of its own."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread


class TlsFront(ThreadingTCPServer):
    """Terminates TLS on a free port and passes the bytes on."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, target_port: int, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarder)
        self.target = ("127.0.0.1", target_port)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away may do so."""


class _Forwarder(BaseRequestHandler):
    server: TlsFront

    def handle(self) -> None:
        with (
            self.server.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(self.server.target) as origin,
        ):
            back = Thread(target=_pump, args=(origin, client), daemon=True)
            back.start()
            _pump(client, origin)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
