"""API Gateway's own JWT authorizer on an HTTP API of the embedded AWS; it finds the keys by discovery."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import boto3

from local.clients import CONFIG, ROOT_IDENTITY
from local.place import REGION, TOOLS, Place
from tests.interop.client import Refused
from tests.interop.published_issuer import Published


class ApiGateway:
    """One API with one protected route, in front of a service that says whom it was told of."""

    def __init__(self, place: Place, service_url: str, published: Published) -> None:
        self._api = boto3.client(
            "apigatewayv2",
            endpoint_url=place.aws_url,
            region_name=REGION,
            config=CONFIG,
            aws_access_key_id=ROOT_IDENTITY.access_key_id,
            aws_secret_access_key=ROOT_IDENTITY.secret_access_key,
        )
        self._id = self._api.create_api(Name="interop", ProtocolType="HTTP")["ApiId"]
        self._protect(service_url, published)
        self._host = str(urlsplit(place.aws_url).netloc)

    def _protect(self, service_url: str, published: Published) -> None:
        authorizer = self._api.create_authorizer(
            ApiId=self._id,
            AuthorizerType="JWT",
            Name="ours",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": published.issuer, "Audience": [published.audience]},
        )
        service = self._api.create_integration(
            ApiId=self._id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=service_url,
            PayloadFormatVersion="1.0",
            RequestParameters={"overwrite:header.x-subject": "$context.authorizer.claims.sub"},
        )
        self._api.create_route(
            ApiId=self._id,
            RouteKey="GET /orders",
            AuthorizationType="JWT",
            AuthorizerId=authorizer["AuthorizerId"],
            Target=f"integrations/{service['IntegrationId']}",
        )
        self._api.create_stage(ApiId=self._id, StageName="live", AutoDeploy=True)

    def verify(self, token: str, algorithm: str) -> str:
        """The subject, as the service behind it was told; the authorizer takes one algorithm or none."""
        with closing(http.client.HTTPConnection(self._host, timeout=30)) as connection:
            path = f"/_aws/execute-api/{self._id}/live/orders"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            said = response.read().decode()
        if response.status != 200:
            assert response.status == 401, said
            raise Refused(said)
        return said

    def close(self) -> None:
        """Delete the API."""
        self._api.delete_api(ApiId=self._id)


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.headers.get("x-subject", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """No log."""


@contextmanager
def service() -> Iterator[str]:
    """The URL of a service that answers with the subject it was told of."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def emulator_version() -> str:
    """As installed."""
    (found,) = (TOOLS / "emulator").glob("lib/*/site-packages/ministack-*.dist-info")
    return f"ministack {found.name.removeprefix('ministack-').removesuffix('.dist-info')}"
