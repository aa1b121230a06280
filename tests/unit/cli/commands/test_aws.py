"""The real adapter against a server that answers as AWS does: each trouble is one sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from jwx_cli.aws import AwsFunctions
from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.stack import InvokeFailed
from jwx_cli.target import Target

STACKS = """<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>prod</StackName>
<CreationTime>2026-11-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
<Outputs><member><OutputKey>IssuerUrl</OutputKey><OutputValue>https://i.example</OutputValue></member></Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


class Aws(ThreadingHTTPServer):
    """Answers every request with what the test wants, and remembers it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, dict[str, str], str] = (200, {}, STACKS)
        self.asked: list[tuple[str, str]] = []

    def target(self, **other: Any) -> Target:
        """A target here."""
        keys = {"access_key_id": "test", "secret_access_key": "test"}
        whole = {
            "stack": "prod",
            "region": "eu-central-1",
            "endpoint": f"http://127.0.0.1:{self.server_port}",
        }
        return Target(**(whole | keys | other))


class _Handler(BaseHTTPRequestHandler):
    server: Aws

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body.decode()))
        status, headers, text = self.server.answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(text.encode()))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Tests are silent."""


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Whatever the machine has configured must not decide these tests."""
    for name in (
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Aws() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_outputs_are_those_of_the_stack(aws: Aws) -> None:
    """By CloudFormation, with the name that was given."""
    assert AwsFunctions(aws.target()).outputs() == {"IssuerUrl": "https://i.example"}
    assert "StackName=prod" in aws.asked[0][1]


def test_an_answer_is_the_functions_own(aws: Aws) -> None:
    """The request goes to the function as it is."""
    aws.answer = (200, {}, '{"issuer": "default"}')

    answer = AwsFunctions(aws.target()).invoke("prod-rotation", {"action": "status"})

    assert answer == {"issuer": "default"}
    path, body = aws.asked[0]
    assert (path, json.loads(body)) == (
        "/2015-03-31/functions/prod-rotation/invocations",
        {"action": "status"},
    )


def test_a_functions_error_keeps_its_type(aws: Aws) -> None:
    """Lambda tells it in the payload."""
    said = {"errorType": "UnknownKey", "errorMessage": "kid: 'x'", "stackTrace": []}
    aws.answer = (200, {"X-Amz-Function-Error": "Unhandled"}, json.dumps(said))

    with pytest.raises(InvokeFailed, match="kid: 'x'") as failed:
        AwsFunctions(aws.target()).invoke("prod-rotation", {})
    assert failed.value.error_type == "UnknownKey"


def test_a_verb_is_asked_once(aws: Aws) -> None:
    """A second request behind our back could do the work twice."""
    aws.answer = (500, {}, ERROR.format("ServiceException", "down"))

    with pytest.raises(CommandFailed, match="AWS refused Invoke"):
        AwsFunctions(aws.target()).invoke("prod-rotation", {})
    assert len(aws.asked) == 1


@pytest.mark.parametrize(
    ("status", "code", "message", "sentence"),
    [
        (
            400,
            "ValidationError",
            "Stack with id prod does not exist",
            "There is no stack 'prod' in eu-central-1",
        ),
        (403, "ExpiredToken", "expired", "AWS does not accept these credentials: sign in again"),
        (403, "InvalidClientTokenId", "no", "AWS does not accept these credentials"),
        (403, "AccessDenied", "no", "These credentials may not call DescribeStacks for the stack 'prod'"),
        (400, "InsufficientCapabilities", "no", "AWS refused DescribeStacks (InsufficientCapabilities): no"),
    ],
)
def test_refusals_of_aws(aws: Aws, status: int, code: str, message: str, sentence: str) -> None:
    """Each says what to do, with the code for a stack that cannot be reached."""
    aws.answer = (status, {}, ERROR.format(code, message))

    with pytest.raises(CommandFailed) as failed:
        AwsFunctions(aws.target()).outputs()
    assert str(failed.value).startswith(sentence)
    assert failed.value.code is ExitCode.UNREACHABLE


def test_a_function_that_is_gone(aws: Aws) -> None:
    """Somebody deleted it behind the stack's back."""
    aws.answer = (404, {"x-amzn-ErrorType": "ResourceNotFoundException"}, "{}")

    with pytest.raises(CommandFailed, match="A function of the stack 'prod' is gone"):
        AwsFunctions(aws.target()).invoke("prod-rotation", {})


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (Target(stack="prod"), "Which Region?"),
        (Target(stack="prod", profile="nope"), "There is no profile 'nope' in your AWS configuration."),
        (Target(stack="prod", region="eu-central-1"), "There are no AWS credentials"),
        (
            Target(
                stack="prod",
                region="eu-central-1",
                endpoint="http://127.0.0.1:1",
                access_key_id="test",
                secret_access_key="test",
            ),
            "The embedded AWS does not answer: start it with 'make up'.",
        ),
    ],
)
def test_what_is_missing_on_this_side(target: Target, sentence: str) -> None:
    """Region, profile, credentials, an emulator that is not running."""
    with pytest.raises(CommandFailed) as failed:
        AwsFunctions(target).outputs()
    assert str(failed.value).startswith(sentence)
