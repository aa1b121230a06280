"""A deployed stack as the commands see it: a few outputs, and two functions to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import jwx.errors
from jwx_cli.exits import CommandFailed, ExitCode, exit_code_of

ROTATION = "RotationFunctionName"
SIGNER = "SignerFunctionName"
ISSUER_URL = "IssuerUrl"

# Our messages begin with the field that is wrong; the embedded AWS tells the message and not the type.
_NAMES_A_FIELD = re.compile(r"'?[a-z][a-z_.0-9\[\]]*'?: ")
_TYPED = re.compile(r"(?:^|\n)(?:[\w.]+\.)?([A-Z]\w+): (.+)\Z", re.DOTALL)


class InvokeFailed(Exception):
    """A function answered with an error, as Lambda tells it."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class Functions(Protocol):
    """The port: CommandFailed when the stack cannot be reached."""

    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs."""

    def invoke(self, function_name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The function's answer; InvokeFailed when it answers with an error."""


class Stack:
    """Asks the functions of one stack; their typed errors become sentences with an exit code."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._known: Mapping[str, str] | None = None

    def output(self, name: str) -> str:
        """An output that the template promises."""
        if self._known is None:
            self._known = self._functions.outputs()
        if name not in self._known:
            raise CommandFailed(f"The stack has no output {name}: is it one of ours?", ExitCode.UNREACHABLE)
        return self._known[name]

    def rotation(self, action: str, **fields: Any) -> dict[str, Any]:
        """One verb; fields that are None are left out."""
        given = {name: value for name, value in fields.items() if value is not None}
        return self._invoke(ROTATION, {"action": action, **given})

    def sign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One token."""
        return self._invoke(SIGNER, request)

    def issuers(self) -> Iterator[str]:
        """Names of all issuers, page by page."""
        after: str | None = None
        while True:
            page = self.rotation("list_issuers", after=after)
            yield from page["issuers"]
            after = page["next"]
            if after is None:
                return

    def _invoke(self, output: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._functions.invoke(self.output(output), request)
        except InvokeFailed as failure:
            raise _told(failure) from failure


def _told(failure: InvokeFailed) -> CommandFailed:
    """One sentence; the type is in the message where the runtime does not tell it."""
    error_type, message = failure.error_type, str(failure).strip()
    if (found := _TYPED.search(message)) and hasattr(jwx.errors, found[1]):
        error_type, message = found[1], found[2]
    code = exit_code_of(error_type)
    if hasattr(jwx.errors, error_type):
        return CommandFailed(f"{error_type}: {message}", code)
    if _NAMES_A_FIELD.match(message):
        return CommandFailed(message, ExitCode.REFUSED)
    last = message.splitlines()[-1] if message else "no message"
    return CommandFailed(f"The function failed ({error_type}): {last}", ExitCode.FAILED)
