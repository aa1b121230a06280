"""Envoy's jwt_authn as a client: the configuration of the docs, with this machine's names in it."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

from tests.interop.client import Refused
from tests.interop.published_issuer import Published

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".tools" / "interop" / "bin" / "envoy"
SAMPLE = HERE / "envoy.yaml"
START_SECONDS = 30
NO_KEYS = "Jwks remote fetch is failed"


class Envoy:
    """A proxy of its own, with one worker thread."""

    def __init__(self, published: Published) -> None:
        if not PROGRAM.exists():
            pytest.fail("Envoy is not installed: 'make test' does so", pytrace=False)
        self._port = _free_port()
        self._directory = TemporaryDirectory(prefix="envoy-")
        config = Path(self._directory.name) / "envoy.yaml"
        config.write_text(configuration(published, listen_on=self._port))
        self._log = Path(self._directory.name) / "envoy.log"
        command = [str(PROGRAM), "-c", str(config), "--disable-hot-restart", "--concurrency", "1"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*command, "-l", "warning"], stdout=log, stderr=log)  # noqa: S603
        self._wait()

    def verify(self, token: str, algorithm: str) -> str:
        """The subject, as Envoy would tell it to the service behind it; the algorithm is the token's."""
        until = time.monotonic() + START_SECONDS
        status, subject, said = self._ask(token)
        while said == NO_KEYS and time.monotonic() < until:
            # Its 3 s were over before the set came: no judgement on the token.
            status, subject, said = self._ask(token)
        if status != 200:
            assert status in (401, 403), said
            raise Refused(f"{status} {said}")
        return subject

    def _ask(self, token: str) -> tuple[int, str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            return response.status, response.headers.get("x-subject", ""), response.read().decode()

    def close(self) -> None:
        """Stop it and wait."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._directory.cleanup()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        self._process.kill()
        pytest.fail(f"Envoy did not start: {self._log.read_text()[-2000:]}", pytrace=False)


def configuration(published: Published, *, listen_on: int) -> str:
    """The sample with other names, ports and another authority; nothing else is changed."""
    keys = urlsplit(published.secure_jwks_uri)
    replaced = {
        "uri: https://issuer.example.com/.well-known/jwks.json": f"uri: {published.secure_jwks_uri}",
        "issuer: https://issuer.example.com": f"issuer: {published.issuer}",
        "port_value: 10000": f"port_value: {listen_on}",
        "address: issuer.example.com, port_value: 443": f"address: {keys.hostname}, port_value: {keys.port}",
        "sni: issuer.example.com": f"sni: {keys.hostname}",
        "exact: issuer.example.com": f"exact: {keys.hostname}",
        "/etc/ssl/certs/ca-certificates.crt": str(published.authority),
    }
    text = SAMPLE.read_text()
    for sample, real in replaced.items():
        assert text.count(sample) == 1, sample
        text = text.replace(sample, real)
    return text


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def envoy_version() -> str:
    """As it says itself."""
    said = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return str(re.findall(r"/(\d+\.\d+\.\d+)/", said)[0])
