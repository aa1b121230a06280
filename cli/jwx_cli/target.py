"""Which stack is meant: by name, Region and profile as the AWS CLI takes them, or the local one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from jwx_cli.exits import CommandFailed, ExitCode

LOCAL_STATE = Path(".local") / "local" / "stack.json"
"""What `make up` writes, below the root of the checkout."""

NO_STACK = (
    "Which stack? Give --stack NAME or set JWX_STACK; --local means the embedded AWS that 'make up' started."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to find the stack. Only the embedded AWS has keys here: no real ones go there."""

    stack: str
    region: str | None = None
    profile: str | None = None
    endpoint: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None

    @property
    def local(self) -> bool:
        """Is it the embedded AWS of `make up`?"""
        return self.access_key_id is not None

    @property
    def where(self) -> str:
        """For a sentence."""
        return f"in {self.region}" if self.region else "in the Region of your profile"


def chosen(*, stack: str | None, region: str | None, profile: str | None, local: bool) -> Target | None:
    """The target that the options name, if they name any."""
    if local:
        if region or profile:
            raise CommandFailed("--local takes neither --region nor --profile.", ExitCode.USAGE)
        return _local_target(Path.cwd())
    return Target(stack=stack, region=region, profile=profile) if stack else None


def _local_target(start: Path) -> Target:
    """The state file of `make up`, in this directory, one above it, or the checkout this runs from."""
    checkout = Path(__file__).resolve().parents[2]
    for directory in (start, *start.parents, checkout):
        file = directory / LOCAL_STATE
        if file.is_file():
            return Target(**json.loads(file.read_text()))
    raise CommandFailed("No embedded AWS is running: start it with 'make up'.", ExitCode.UNREACHABLE)
