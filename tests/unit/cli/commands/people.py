"""A person at a terminal before a stack on fakes: the real verbs, the real signer's rules, no AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from typer.testing import CliRunner

from jwx.errors import JwxError
from jwx.issuing.issuer import TokenIssuer
from jwx.issuing.ring_cache import RingCache
from jwx.issuing.token_policy import TokenPolicies
from jwx.issuing.token_request import TokenRequest
from jwx.jose import jws
from jwx.publishing.publication import document
from jwx.ring.policy import RotationPolicy
from jwx.verification.fetched import Fetched, FetchFailed
from jwx_cli.app import app
from jwx_cli.exits import CommandFailed
from jwx_cli.page import PageFile
from jwx_cli.session import Tools
from jwx_cli.stack import InvokeFailed
from jwx_cli.target import Target
from tests.fakes.kms import fake_signer
from tests.lifecycle.world import World

BASE = "https://issuer.example.com"
WIDTH = 100
POLICY = RotationPolicy.parse(
    {
        "algorithms": ["ES256"],
        "rotation_period": 7 * 86400,
        "stale_if_error": 3600,
        "client_cache": 43200,
        "max_token_lifetime": 3600,
        "grace": 86400,
    }
)
OUTPUTS = {
    "RotationFunctionName": "rotation",
    "SignerFunctionName": "signer",
    "IssuerUrl": BASE,
    "CopyBucketName": "bucket",
    "DistributionId": "E1",
}


class NoSummons:
    """The port `Summons`; the world's runs come by themselves."""

    def reconcile(self, issuer: str) -> None:
        """Nothing."""


@dataclass
class FakeStack:
    """The port `Functions` on a world; `failure` is what every invoke answers instead, if set."""

    world: World
    base: str = BASE
    failure: BaseException | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=lambda: dict(OUTPUTS))

    def outputs(self) -> Mapping[str, str]:
        """As the template names them."""
        return self.named

    def invoke(self, function_name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """One invoke, its errors as Lambda tells them."""
        self.requests.append(dict(request))
        if self.failure:
            raise self.failure
        try:
            return self._sign(request) if function_name == "signer" else self.world.verbs().handle(request)
        except JwxError as error:
            raise InvokeFailed(type(error).__name__, str(error)) from error

    def _sign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        issuer = TokenIssuer(
            base_url=self.base,
            rings=RingCache(self.world.store, self.world.clock),
            signer=fake_signer(self.world.kms),
            encode=lambda header, payload, sign: jws.compact(
                jws.signing_input(header, payload), sign(jws.signing_input(header, payload))
            ),
            summons=NoSummons(),
            policies=TokenPolicies.parse("{}"),
        )
        return issuer.issue(TokenRequest.parse(request)).to_json()


@dataclass
class FakePageHost:
    """The port `PageHost`: a bucket in a dict."""

    files: dict[str, PageFile] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    def put(self, bucket: str, file: PageFile) -> None:
        """Keep it."""
        self.files[f"{bucket}/{file.key}"] = file

    def invalidate(self, distribution_id: str, paths: tuple[str, ...]) -> None:
        """Remember what was to be forgotten."""
        self.forgotten += [distribution_id, *paths]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Person:
    """Runs commands."""

    def __init__(self) -> None:
        self.world = World(policy=POLICY)
        self.world.run()
        self.world.clock.advance(7200)
        self.world.run()
        self.stack = FakeStack(self.world)
        self.targets: list[Target] = []
        self.page = FakePageHost()
        self.unreachable: CommandFailed | None = None
        self.fetched: list[str] = []
        self.silent = False
        """Whether the public URL answers nobody."""
        self.sleep: Callable[[float], None] = self.world.clock.sleep

    def jwx(
        self,
        *arguments: str,
        answers: str | None = None,
        stdin: str | None = None,
        stack: str | None = "prod",
        terminal: bool = False,
        width: int = WIDTH,
    ) -> Ended:
        """One command line; `answers` are typed where a question is asked."""
        tools = Tools(
            connect=self._connect,
            connect_page=lambda _: self.page,
            fetch=self._fetch,
            clock=lambda: self.world.clock.exact,
            sleep=lambda seconds: self.sleep(seconds),
            console=lambda: Console(
                width=width, highlight=False, markup=False, force_terminal=terminal, no_color=True
            ),
            may_ask=lambda: answers is not None,
        )
        ended = CliRunner().invoke(
            app, list(arguments), obj=tools, input=answers or stdin, env={"JWX_STACK": stack or ""}
        )
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    def token(self, **claims: Any) -> str:
        """A signed token."""
        request = {"claims": {"sub": "svc-1", "aud": "api://orders", **claims}}
        return str(self.stack.invoke("signer", request)["token"])

    def active(self) -> str:
        """The kid that signs."""
        key = self.world.ring().active("ES256")
        assert key is not None
        return key.kid

    def _connect(self, target: Target) -> FakeStack:
        self.targets.append(target)
        if self.unreachable:
            raise self.unreachable
        return self.stack

    def _fetch(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        self.fetched.append(url)
        path = url.removeprefix(BASE).removeprefix("/")
        issuer, _, name = ("default/" + path if path.startswith(".") else path).partition("/.well-known/")
        ring = self.world.store.rings.get(issuer)
        if ring is None or self.silent:
            raise FetchFailed("status 404")
        return Fetched(document(ring, name, base_url=BASE, now=self.world.clock()))
