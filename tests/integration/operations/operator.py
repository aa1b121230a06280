"""Somebody who works through a page of docs/: types its commands, with the capital words filled in."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from local.clients import Identity
from local.place import REGION, ROOT
from local.stack import Stack
from tests.docs.aws_command import parse

LATEST = re.compile(r"\$?\b[A-Z][A-Z_]{2,}\b")


@dataclass(frozen=True)
class Operator:
    """`words` by name, with or without a dollar sign as the page has them."""

    stack: Stack
    identity: Identity
    words: dict[str, str] = field(default_factory=dict)

    def knows(self, **words: str) -> Operator:
        """The same person, who found something out."""
        return Operator(self.stack, self.identity, self.words | words)

    def filled(self, line: str) -> str:
        """The command as it is typed; a capital word that nobody knows fails the test."""
        return LATEST.sub(lambda found: self.words[found[0].removeprefix("$")], line)

    def jwx(self, line: str, *, code: int = 0, folder: Path | None = None) -> str:
        """All that the command line prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own = self.identity.environment(self.stack.place) | {"JWX_STACK": self.stack.place.stack_name}
        ended = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "jwx_cli", *shlex.split(self.filled(line))[1:]],
            cwd=folder or ROOT,
            env=kept | own,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert ended.returncode == code, f"{line}: {ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    def aws(self, line: str) -> dict[str, Any]:
        """The answer of AWS."""
        command = parse(self.filled(line))
        session = boto3.Session(
            aws_access_key_id=self.identity.access_key_id,
            aws_secret_access_key=self.identity.secret_access_key,
            region_name=REGION,
        )
        return command.run(session, endpoint_url=self.stack.place.aws_url)

    def invoke(self, line: str) -> dict[str, Any]:
        """The answer of a function."""
        answer = self.aws(line)
        assert "FunctionError" not in answer, json.dumps(answer["Payload"])
        payload: dict[str, Any] = answer["Payload"]
        return payload

    def token(self) -> str:
        """A token of the issuer that is worked on."""
        claims = {"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"}
        return str(self.stack.sign(claims, issuer=self.words["ISSUER"])["token"])

    def active(self) -> str:
        """The key that signs when nobody names an algorithm."""
        claims = {"sub": "svc-1", "aud": "api://orders"}
        return str(self.stack.sign(claims, issuer=self.words["ISSUER"])["kid"])
