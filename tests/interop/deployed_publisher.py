"""The product in the embedded AWS: keys in its KMS, the real functions, the caching edge in front."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from local.stack import Stack
from tests.interop.published_issuer import ALGORITHMS, AUDIENCE, CLAIMS, Published
from tests.interop.tls_front import TlsFront

READY_SECONDS = 60


class DeployedPublisher:
    """A `Publisher` that only calls what any caller may call. The emulated KMS has no ML-DSA."""

    def __init__(self, stack: Stack, front: TlsFront, authority: Path) -> None:
        self._stack, self._front, self._authority = stack, front, authority
        self._created: set[str] = set()
        self._tokens: dict[tuple[str, ...], str] = {}

    def publish(self, name: str) -> Published:
        algorithms = list(ALGORITHMS[name])
        if name not in self._created:
            self._stack.rotation("create_issuer", issuer=name, policy={"algorithms": algorithms})
            self._created.add(name)
        self._wait_for_standbys(name, len(algorithms))
        path = f"/{name}/.well-known/jwks.json"
        return Published(
            issuer=f"{self._stack.outputs['IssuerUrl']}/{name}",
            audience=AUDIENCE,
            jwks_uri=self._stack.outputs["IssuerUrl"] + path,
            secure_jwks_uri=self._front.url + path,
            authority=self._authority,
        )

    def sign(self, name: str, algorithm: str, **claims: Any) -> str:
        """All clients get the same tokens: signing them anew for each would only take time."""
        wanted = (name, algorithm, str(claims))
        if wanted not in self._tokens:
            signed = self._stack.sign(CLAIMS | claims, issuer=name, algorithm=algorithm)
            self._tokens[wanted] = str(signed["token"])
        return self._tokens[wanted]

    def rotate(self, name: str, algorithm: str) -> None:
        """The signer may know the old key for as long as it may keep the key ring."""
        old = self.sign(name, algorithm).partition(".")[0]
        self._stack.rotation("rotate", issuer=name, algorithm=algorithm)
        until = time.monotonic() + READY_SECONDS
        while self.sign(name, algorithm).partition(".")[0] == old:
            assert time.monotonic() < until, "the signer still signs with the old key"
            self._tokens.clear()

    def fetches(self, name: str) -> int | None:
        return None

    def _wait_for_standbys(self, name: str, count: int) -> None:
        """Until a standby of each algorithm may sign."""
        until = time.monotonic() + READY_SECONDS
        ready = 0
        while ready < count:
            assert time.monotonic() < until, f"{ready} standbys of {count} are ready"
            keys = self._stack.rotation("reconcile", issuer=name)["keys"]
            ready = sum(
                key["state"] == "pending" and (key["activate_not_before"] or time.time() + 1) <= time.time()
                for key in keys
            )
            time.sleep(0.5)
