"""Where one local environment lives: its directory, its two ports, its stack."""

import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
REGION = "us-east-1"
LASTING = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One environment among several that may run side by side (`make up`, a demo, a test session)."""

    name: str
    aws_port: int
    edge_port: int

    @property
    def directory(self) -> Path:
        return ROOT / ".local" / self.name

    @property
    def lasts(self) -> bool:
        """Whether it is the one of `make up`, which outlives what started it."""
        return self.name == LASTING

    @property
    def stack_name(self) -> str:
        return f"jwx-{self.name}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def edge_url(self) -> str:
        """The issuer URL: browsers and libraries treat `localhost` as trustworthy without TLS."""
        return f"http://localhost:{self.edge_port}"

    def refuse_taken_ports(self) -> None:
        for port in (self.aws_port, self.edge_port):
            if not _is_free(port):
                raise LocalError(
                    f"Port {port} is taken by another program; choose others, "
                    f"for example: make up AWS_PORT={port + 1000} EDGE_PORT={port + 1001}."
                )


def free_place(name: str) -> Place:
    """A place on ports that nobody uses, for runs that must not get in each other's way."""
    aws_port, edge_port = free_ports(2)
    return Place(name=name, aws_port=aws_port, edge_port=edge_port)


def free_ports(count: int) -> list[int]:
    """Hold all sockets until the last is bound, so that no port is handed out twice."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
