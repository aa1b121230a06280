"""A deployed stack, as its callers see it: outputs, direct invokes, HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.clients import Clients, Identity
from local.place import Place


class InvokeError(Exception):
    """A function answered with an error; `text` is what it said."""

    def __init__(self, function: str, text: str) -> None:
        super().__init__(f"{function}: {text}")
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, with header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a test or the story needs of a deployment; its requests are those of `caller`."""

    place: Place
    outputs: Mapping[str, str]
    caller: Identity
    clients: Clients = field(repr=False)

    @property
    def jwks_url(self) -> str:
        return self.outputs["JwksUri"]

    def sign(self, claims: Mapping[str, object], **options: object) -> dict[str, Any]:
        return self._invoke("SignerFunctionName", {"claims": claims, **options})

    def rotation(self, action: str, **options: object) -> dict[str, Any]:
        return self._invoke("RotationFunctionName", {"action": action, **options})

    def _invoke(self, output: str, request: object) -> dict[str, Any]:
        name = self.outputs[output]
        answer = self.clients.lambda_.invoke(FunctionName=name, Payload=json.dumps(request))
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise InvokeError(name, said.get("errorMessage", str(said)))
        return dict(said)

    def get(self, url: str, **headers: str) -> Answer:
        return http_get(url, headers)

    def call_api(self, path: str, token: str | None = None) -> Answer:
        """The example API behind the authorizer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return http_get(self.outputs["ApiUrl"] + path, headers)


def http_get(url: str, headers: Mapping[str, str]) -> Answer:
    """An answer whatever its status; no proxy stands between processes of one machine."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - http on loopback
    try:
        with direct.open(request, timeout=30) as response:
            return _answer(response.status, response.headers.items(), response.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused.code, refused.headers.items(), refused.read())


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    return Answer(status=status, headers={name.lower(): value for name, value in headers}, body=body)
