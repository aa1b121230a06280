"""All clients of the matrix, and what is known of their caches from their own documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from tests.interop.client import Client
from tests.interop.envoy import Envoy, envoy_version
from tests.interop.node_clients import NodeClient, node_version, package_version
from tests.interop.published_issuer import ALGORITHMS, Published
from tests.interop.python_clients import Authlib, Joserfc, Ours, PyJwt


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKind:
    """A row of the table."""

    name: str
    version: Callable[[], str]
    connect: Callable[[Published], Client]
    cache: str
    """By default, as documented."""
    remark: str = ""
    needs_overlap: bool = False
    """A key that signs before it was ever published is refused for a while: only the overlap helps."""
    needs_node: bool = False
    by_runtime: tuple[str, ...] = ()
    """What it knows on some versions of its runtime only; the table counts it as unknown."""


KINDS = (
    ClientKind(
        name="`jwx.Verifier` of this project",
        version=partial(version, "jwx-serverless"),
        connect=Ours,
        cache="as the answer says, from 10 s to 30 s; an unknown kid fetches anew",
    ),
    ClientKind(
        name="PyJWT, `PyJWKClient`",
        version=partial(version, "pyjwt"),
        connect=PyJwt,
        cache="300 s; an unknown kid fetches anew, at most every 30 s",
        needs_overlap=True,
    ),
    ClientKind(
        name="joserfc",
        version=partial(version, "joserfc"),
        connect=Joserfc,
        cache="none: it is handed the set",
        remark="each algorithm must be named",
    ),
    ClientKind(
        name="Authlib, `JWTBearerTokenValidator`",
        version=partial(version, "authlib"),
        connect=Authlib,
        cache="none: its user finds and fetches the set",
        remark="takes what joserfc recommends and cannot be told to take more",
    ),
    ClientKind(
        name="jose, `createRemoteJWKSet`",
        version=lambda: f"{package_version('jose')} on Node.js {node_version()}",
        connect=partial(NodeClient, "jose"),
        needs_node=True,
        cache="600 s; an unknown kid fetches anew, at most every 30 s",
        needs_overlap=True,
        remark="it does where its runtime has it: Node.js 20 has not",
        by_runtime=ALGORITHMS["post-quantum"],
    ),
    ClientKind(
        name="jwks-rsa and jsonwebtoken",
        version=lambda: f"{package_version('jwks-rsa')} and {package_version('jsonwebtoken')}",
        connect=partial(NodeClient, "jsonwebtoken"),
        needs_node=True,
        cache="600 s for each of 5 kids; any other kid fetches",
    ),
    ClientKind(
        name="aws-jwt-verify",
        version=partial(package_version, "aws-jwt-verify"),
        connect=partial(NodeClient, "aws-jwt-verify"),
        needs_node=True,
        cache="without end; an unknown kid fetches, failures wait 10 s",
    ),
    ClientKind(
        name="Envoy, `jwt_authn` (Istio)",
        version=envoy_version,
        connect=Envoy,
        cache="600 s; an unknown kid does not fetch: needs the overlap",
        needs_overlap=True,
    ),
)
