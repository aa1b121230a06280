"""The edge as a browser meets it: the page under its policy, and an issuer that has every algorithm."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jwx.jose.jwa import ALGORITHMS
from jwx.publishing.publication import cache_control, document
from jwx.ring.policy import RotationPolicy
from jwx_cli.commands.publish_page import SITE
from jwx_cli.page import page_files
from tests.lifecycle.world import World
from tests.unit.cli.commands.people import FakeStack
from tests.unit.template.cloudformation import Stack, load

POLICY = RotationPolicy.parse({"algorithms": list(ALGORITHMS), "rotation_period": 7 * 86400})
HOUR = 3600


class Edge(ThreadingHTTPServer):
    """On loopback, which browsers trust like https. Remembers what it was asked for."""

    daemon_threads = True

    def __init__(self, now: float, policy: RotationPolicy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world = World(policy=policy)
        self.world.clock.advance(now - HOUR - self.world.clock.exact)
        self.world.run()
        self.world.clock.advance(now - self.world.clock.exact)
        self.files = {f"/{file.key}": file for file in page_files(SITE)}
        self.csp = content_security_policy()
        self.stack = FakeStack(self.world, base=self.url)
        self.asked: list[str] = []
        self.age = 7

    @property
    def url(self) -> str:
        """The issuer URL."""
        return f"http://localhost:{self.server_port}"

    def token(
        self,
        algorithm: str = "ES256",
        expires_in: int = 600,
        age: int = 0,
        typ: str = "at+jwt",
        **claims: Any,
    ) -> str:
        """Signed `age` seconds ago, by the browser's clock, with the key that signs for that algorithm."""
        self.world.clock.advance(time.time() - age - self.world.clock.exact)
        request = {
            "claims": {"sub": "svc-1", "aud": "api://orders", **claims},
            "algorithm": algorithm,
            "expires_in": expires_in,
            "typ": typ,
        }
        return str(self.stack.invoke("signer", request)["token"])

    def imports(self, jwk: dict[str, str]) -> None:
        """Publish another key as it is."""
        ring = self.world.ring()
        key = replace(ring.keys[0], kid=jwk["kid"], jwk=jwk)
        self.world.store.rings["default"] = replace(ring, keys=(*ring.keys, key))


class _Handler(BaseHTTPRequestHandler):
    server: Edge

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        file = self.server.files.get("/static/index.html" if self.path == "/" else self.path)
        if file:
            self._answer(200, file.content_type, file.body, {"Content-Security-Policy": self.server.csp})
            return
        issuer, _, name = self.path.rpartition("/.well-known/")
        ring = self.server.world.store.rings.get(issuer.strip("/") or "default")
        if ring is None or not name:
            self._answer(404, "application/problem+json", b"{}", {})
            return
        body = document(ring, name, base_url=self.server.url, now=self.server.world.clock())
        caching = {"Cache-Control": cache_control(ring.policy), "Age": str(self.server.age), "ETag": '"v1"'}
        self._answer(200, "application/json", body, caching)

    def _answer(self, status: int, media_type: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        fixed = {
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            "Date": formatdate(usegmt=True),
        }
        for name, value in (fixed | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Tests are silent."""


def content_security_policy() -> str:
    """The header that the template has CloudFront send with the page."""
    config = Stack(load()).resource("PageHeaders")["ResponseHeadersPolicyConfig"]
    policy: str = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    return policy


@contextmanager
def running_edge(now: float, policy: RotationPolicy = POLICY) -> Iterator[Edge]:
    """An edge on a free port, whose world begins at `now`."""
    with Edge(now, policy) as edge:
        thread = threading.Thread(target=edge.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield edge
        edge.shutdown()
        thread.join()
