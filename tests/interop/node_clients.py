"""Clients in Node.js: each in a process that lives as long as the test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.client import Refused
from tests.interop.published_issuer import Published

NODE = Path(__file__).resolve().parent / "node"


def has_node() -> bool:
    """Both the runtime and what installs packages for it."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


def require_node() -> None:
    """Skips only where there is no Node.js; packages that are not installed are a failure."""
    if not has_node():
        pytest.skip("Node.js is not installed here: the clients from npm are not tested")
    if not (NODE / "node_modules").is_dir():
        pytest.fail(f"run 'npm ci' in {NODE}, or 'make test', which does so", pytrace=False)


class NodeClient:
    """A client by the name of its script."""

    def __init__(self, script: str, published: Published) -> None:
        require_node()
        told = {
            "jwksUri": published.secure_jwks_uri,
            "issuer": published.issuer,
            "audience": published.audience,
        }
        self._process = subprocess.Popen(  # noqa: S603
            ["node", f"{script}.mjs", json.dumps(told)],  # noqa: S607 - whichever Node.js is on PATH
            cwd=NODE,
            env=dict(os.environ, NODE_EXTRA_CA_CERTS=str(published.authority)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def verify(self, token: str, algorithm: str) -> str:
        """The subject."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"token": token, "algorithm": algorithm}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "refused" in answer:
            raise Refused(answer["refused"])
        return str(answer["subject"])

    def close(self) -> None:
        """The end of its input ends the process."""
        with self._process:
            pass


def package_version(name: str) -> str:
    """As installed."""
    described = json.loads((NODE / "node_modules" / name / "package.json").read_text())
    return str(described["version"])


def node_version() -> str:
    """The major version is what decides about algorithms."""
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    return said.stdout.strip().lstrip("v").partition(".")[0]
