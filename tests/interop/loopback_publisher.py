"""The product on fakes behind a real HTTP server on loopback: it knows every algorithm, ML-DSA too."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from jwx.issuing.issuer import TokenIssuer
from jwx.issuing.ring_cache import RingCache
from jwx.issuing.token_policy import TokenPolicies
from jwx.issuing.token_request import TokenRequest
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring import transitions
from jwx_aws.pyjwt_encoder import PyJwtEncoder
from tests.fakes.token_service import TokenService
from tests.interop.published_issuer import ALGORITHMS, AUDIENCE, CLAIMS, Published
from tests.interop.tls_front import TlsFront


class Origin(ThreadingHTTPServer):
    """The publishing function behind a socket instead of API Gateway."""

    daemon_threads = True

    def __init__(self, service: TokenService) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://localhost:{self.server_address[1]}"
        self.fetches: Counter[str] = Counter()
        self.well_known = WellKnown(
            service.store, service.clock, base_url=self.url, jwk_set_type="application/jwk-set+json"
        )
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Origin

    def do_GET(self) -> None:
        self.server.fetches[self.path] += 1
        asked = self.headers.get("If-None-Match", "")
        answer = self.server.well_known.answer(Request(self.command, self.path, asked))
        body = answer["body"].encode()
        self.send_response(answer["statusCode"])
        for name, value in (answer["headers"] | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """No log."""


class LoopbackPublisher:
    """A `Publisher` whose clock stands at the time of its making."""

    def __init__(self, service: TokenService, origin: Origin, front: TlsFront, authority: Path) -> None:
        self._service, self._origin, self._front, self._authority = service, origin, front, authority

    def publish(self, name: str) -> Published:
        if name not in self._service.store.rings:
            self._service.open(*ALGORITHMS[name], issuer=name, standby=True)
        path = _path(name)
        return Published(
            issuer=f"{self._origin.url}/{name}",
            audience=AUDIENCE,
            jwks_uri=self._origin.url + path,
            secure_jwks_uri=self._front.url + path,
            authority=self._authority,
        )

    def sign(self, name: str, algorithm: str, **claims: Any) -> str:
        issuer = TokenIssuer(
            base_url=self._origin.url,
            rings=RingCache(self._service.store, self._service.clock),
            signer=self._service.signer,
            encode=PyJwtEncoder(),
            summons=self._service.ears,
            policies=TokenPolicies.parse("{}"),
        )
        request = {"claims": CLAIMS | claims, "issuer": name, "algorithm": algorithm}
        return issuer.issue(TokenRequest.parse(request)).token

    def rotate(self, name: str, algorithm: str) -> None:
        standby = self._service.store.rings[name].standby(algorithm)
        assert standby is not None
        now = self._service.clock()
        self._service.change(lambda ring: transitions.activate(ring, kid=standby.kid, now=now), name)
        ring = self._service.publish(self._service.store.rings[name], [algorithm])
        self._service.save(ring)

    def force(self, name: str, algorithm: str) -> None:
        """A key that no client can have seen signs at once, as after a `rotate` with `force`."""
        before = {key.kid for key in self._service.store.rings[name].keys}
        ring = self._service.publish(self._service.store.rings[name], [algorithm])
        (kid,) = {key.kid for key in ring.keys} - before
        self._service.save(transitions.activate(ring, kid=kid, now=self._service.clock()))

    def fetches(self, name: str) -> int | None:
        return self._origin.fetches[_path(name)]


def _path(name: str) -> str:
    return f"/{name}/.well-known/jwks.json"


@contextmanager
def loopback_publisher(certificate: Path) -> Iterator[LoopbackPublisher]:
    """With both its servers; a fresh world each time."""
    service = TokenService()
    service.clock.advance(time.time() - service.clock.exact)
    origin = Origin(service)
    front = TlsFront(origin.server_address[1], certificate)
    try:
        yield LoopbackPublisher(service, origin, front, certificate)
    finally:
        for server in (front, origin):
            server.shutdown()
            server.server_close()
