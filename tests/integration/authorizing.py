"""The deployed authorizer once more, with settings of its own, in front of small APIs of both kinds."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3

from local.clients import CONFIG, ROOT_IDENTITY, Clients
from local.place import REGION, Place
from local.stack import Answer, Stack, http_get

ACCOUNT = "000000000000"
PATHS = ("orders", "admin")


# REST gives the context as it is, HTTP under the name of the authorizer's kind.
ECHO = """
import json

def lambda_handler(event, context):
    told = event["requestContext"]["authorizer"]
    return {"statusCode": 200, "body": json.dumps(told.get("lambda", told))}
"""


class Function:
    """A copy of one of the stack's functions: its layers, its role, and other settings or another code."""

    def __init__(
        self, administrator: Clients, original: str, *, code: bytes, environment: Mapping[str, str]
    ) -> None:
        self._lambda = administrator.lambda_
        deployed = self._lambda.get_function_configuration(FunctionName=original)
        self.name = f"{original}-{uuid4().hex[:8]}"
        self._lambda.create_function(
            FunctionName=self.name,
            Role=deployed["Role"],
            Handler=deployed["Handler"],
            Runtime=deployed["Runtime"],
            Timeout=deployed["Timeout"],
            Layers=[layer["Arn"] for layer in deployed.get("Layers", [])],
            Environment={"Variables": dict(environment)},
            Code={"ZipFile": _zipped(code)},
        )
        self.uri = invocation_uri(self.name)

    def close(self) -> None:
        self._lambda.delete_function(FunctionName=self.name)


def _zipped(code: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    return buffer.getvalue()


def invocation_uri(function: str) -> str:
    """How API Gateway names a function that it calls."""
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


class Api:
    """GET /orders and GET /admin behind an authorizer whose decisions are kept for `ttl` seconds."""

    def __init__(self, place: Place, *, authorizer: str, service: str, kind: str, ttl: int) -> None:
        self._place, self._undo = place, ExitStack()
        make = self._http if kind == "http" else self._rest
        self._url = f"{place.aws_url}/_aws/execute-api/{make(authorizer, service, ttl)}/live"

    def get(self, path: str, token: str | None = None, *, header: str = "Authorization") -> Answer:
        """With the header's name in just that case; urllib would write it in its own."""
        parts = urlsplit(f"{self._url}{path}")
        with closing(http.client.HTTPConnection(str(parts.netloc), timeout=30)) as connection:
            connection.request("GET", parts.path, headers={header: f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=headers, body=answer.read())

    def close(self) -> None:
        self._undo.close()

    def _client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._place.aws_url,
            region_name=REGION,
            config=CONFIG,
            aws_access_key_id=ROOT_IDENTITY.access_key_id,
            aws_secret_access_key=ROOT_IDENTITY.secret_access_key,
        )

    def _http(self, authorizer_uri: str, service_uri: str, ttl: int) -> str:
        client = self._client("apigatewayv2")
        api = client.create_api(Name="authorized", ProtocolType="HTTP")["ApiId"]
        self._undo.callback(client.delete_api, ApiId=api)
        authorizer = client.create_authorizer(
            ApiId=api,
            AuthorizerType="REQUEST",
            Name="ours",
            AuthorizerUri=authorizer_uri,
            AuthorizerPayloadFormatVersion="2.0",
            EnableSimpleResponses=False,
            AuthorizerResultTtlInSeconds=ttl,
            IdentitySource=["$request.header.Authorization"],
        )["AuthorizerId"]
        service = client.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=service_uri, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        for path in PATHS:
            client.create_route(
                ApiId=api,
                RouteKey=f"GET /{path}",
                AuthorizationType="CUSTOM",
                AuthorizerId=authorizer,
                Target=f"integrations/{service}",
            )
        client.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
        return str(api)

    def _rest(self, authorizer_uri: str, service_uri: str, ttl: int) -> str:
        client = self._client("apigateway")
        api = client.create_rest_api(name="authorized")["id"]
        self._undo.callback(client.delete_rest_api, restApiId=api)
        authorizer = client.create_authorizer(
            restApiId=api,
            name="ours",
            type="REQUEST",
            authorizerUri=authorizer_uri,
            identitySource="method.request.header.Authorization",
            authorizerResultTtlInSeconds=ttl,
        )["id"]
        (root,) = (r["id"] for r in client.get_resources(restApiId=api)["items"] if r["path"] == "/")
        for path in PATHS:
            resource = client.create_resource(restApiId=api, parentId=root, pathPart=path)["id"]
            where = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
            client.put_method(**where, authorizationType="CUSTOM", authorizerId=authorizer)
            client.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=service_uri)
        client.create_deployment(restApiId=api, stageName="live")
        return str(api)


class Front:
    """Stands between an authorizer and the edge: counts what it is asked, and may go away."""

    def __init__(self, stack: Stack) -> None:
        self.asked: list[str] = []
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                front.asked.append(self.path)
                known = self.headers.get("If-None-Match")
                told = http_get(stack.place.edge_url + self.path, {"If-None-Match": known} if known else {})
                self.send_response(told.status)
                for name in ("content-type", "cache-control", "etag", "age"):
                    if name in told.headers:
                        self.send_header(name, told.headers[name])
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """`asked` is the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def trusting(stack: Stack, front: Front, **changes: object) -> dict[str, str]:
    """The settings of an authorizer that trusts the stack's issuer and asks the front for its documents."""
    trusted = {
        "issuer": stack.outputs["IssuerUrl"],
        "jwks_uri": f"{front.url}/.well-known/jwks.json",
        "audiences": ["api://orders"],
        "leeway": 0,
    } | changes
    return {
        "TRUSTED_ISSUERS": json.dumps([trusted]),
        "ROUTE_SCOPES": json.dumps({"GET /orders": ["orders:read"], "GET /admin": ["admin"]}),
        "HTTP_API_RESPONSE": "policy",
    }


@contextmanager
def authorized(
    stack: Stack, administrator: Clients, environment: Mapping[str, str], *, kind: str, ttl: int
) -> Iterator[Api]:
    """An API behind an authorizer of its own, for as long as it is used."""
    name, whoami = stack.outputs["AuthorizerFunctionName"], f"{stack.place.stack_name}-whoami"
    code = (stack.place.directory / "build" / "AuthorizerFunction" / "app.py").read_bytes()
    with (
        closing(Function(administrator, name, code=code, environment=environment)) as authorizer,
        closing(Function(administrator, whoami, code=ECHO.encode(), environment={})) as service,
        closing(Api(stack.place, authorizer=authorizer.uri, service=service.uri, kind=kind, ttl=ttl)) as api,
    ):
        yield api
