"""A real server on a loopback port that sends what a test tells it to: the truth, lies, drops, or nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BODY = b'{"keys":[]}'


@contextmanager
def server(
    answer: Callable[[socket.socket], None], *, peek: bool = False
) -> Iterator[tuple[str, list[bytes]]]:
    """Answers one connection after another with whatever `answer` sends; records the requests."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        requests.append(connection.recv(65536, socket.MSG_PEEK if peek else 0))
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks", requests
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def http(status: str = "200 OK", body: bytes = BODY, length: int | None = None, **headers: str) -> bytes:
    lines = {"Content-Type": "application/jwk-set+json", "Content-Length": str(length or len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def drip(connection: socket.socket, text: bytes, *, first: bytes = b"") -> None:
    connection.sendall(first)
    for byte in text:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)
