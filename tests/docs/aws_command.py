"""A command of the AWS CLI, read by the models that the CLI itself is made of, and run without it.

The CLI pins an SDK of its own, so that it has no place beside the project's; what operations and options
there are, and of which type, both take from botocore's models.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"s3api": "s3"}
OF_THE_CLI = {"--cli-binary-format", "--region", "--output", "--query"}
_SESSION = botocore.session.Session()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCommand:
    """What a line asks for."""

    service: str
    operation: str
    parameters: dict[str, Any]
    waits: bool = False

    def run(self, session: Any, **options: Any) -> dict[str, Any]:
        """The answer, a payload read out."""
        client = session.client(self.service, **options)
        if self.waits:
            client.get_waiter(self.operation).wait(**self.parameters)
            return {}
        answer: dict[str, Any] = getattr(client, self.operation)(**self.parameters)
        if "Payload" in answer:
            answer["Payload"] = json.loads(answer["Payload"].read())
        return answer


def parse(line: str) -> AwsCommand:
    """Raises ValueError for a service, an operation, an option or a value that AWS does not know."""
    program, service, operation, *rest = shlex.split(line)
    if program != "aws":
        raise ValueError(f"{line}: is no command of the AWS CLI")
    model = _SESSION.get_service_model(SERVICES.get(service, service))
    if operation == "wait":
        waiter, *rest = rest
        waiters = _SESSION.get_waiter_model(model.service_name)
        name = next(each for each in waiters.waiter_names if xform_name(each, "-") == waiter)
        shape = model.operation_model(waiters.get_waiter(name).operation).input_shape
        wanted = waiter.replace("-", "_")
    else:
        name = _named(operation, model.operation_names, line)
        shape, wanted = model.operation_model(name).input_shape, xform_name(name)
    given = _options(rest, shape, line)
    return AwsCommand(
        service=model.service_name, operation=wanted, parameters=given, waits=operation == "wait"
    )


def _named(given: str, names: Any, line: str) -> str:
    for name in names:
        if xform_name(name, "-") == given:
            return str(name)
    raise ValueError(f"{line}: AWS knows no {given}")


def _options(words: list[str], shape: Any, line: str) -> dict[str, Any]:
    members, found = shape.members, {}
    while words:
        word = words.pop(0)
        if word in OF_THE_CLI:
            words.pop(0)
        elif word.startswith("--"):
            no = word.startswith("--no-")
            name = _named(word.removeprefix("--no-" if no else "--"), members, line)
            kind = members[name].type_name
            found[name] = not no if kind == "boolean" else _value(words.pop(0), members[name])
        # What is left is the file that the CLI writes an answer's body to.
    missing = set(shape.required_members) - found.keys()
    if missing:
        raise ValueError(f"{line}: {sorted(missing)} must be given")
    return found


def _value(text: str, shape: Any) -> Any:
    if text.startswith("fileb://"):
        return (ROOT / text.removeprefix("fileb://")).read_bytes()
    if shape.type_name == "structure" and not text.startswith("{"):
        pairs = (pair.split("=", 1) for pair in text.split(","))
        return {name: _value(value, shape.members[name]) for name, value in pairs}
    read: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "long": int,
        "double": float,
        "boolean": lambda word: word == "true",
    }
    if shape.type_name == "list" and not text.startswith("["):
        return [_value(each, shape.member) for each in text.split()]
    if shape.type_name in ("structure", "list", "map"):
        return json.loads(text)
    return read.get(shape.type_name, str)(text)
