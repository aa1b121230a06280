"""Which key a person means: a kid, or enough of one to know it by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from typer.core import TyperCommand

from jwx_cli.exits import CommandFailed, ExitCode

LEAST_PREFIX: Final = 6

_THUMBPRINT: Final = re.compile(r"[\w-]{43}", re.ASCII)


class TakesKids(TyperCommand):
    """One thumbprint in 64 begins with a hyphen, and would be taken for an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Whole kids stand behind all options."""
        kids = [arg for arg in args if _THUMBPRINT.fullmatch(arg)]
        others = [arg for arg in args if arg not in kids]
        separator = ["--"] if kids and "--" not in others else []
        return super().parse_args(ctx, [*others, *separator, *kids])


def key_of(answer: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    """The one key that is meant, by its kid or by enough of it."""
    keys: list[Mapping[str, Any]] = answer["keys"]
    exact = [key for key in keys if key["kid"] == wanted]
    alike = exact or [key for key in keys if key["kid"].startswith(wanted)]
    if len(alike) == 1 and (exact or len(wanted) >= LEAST_PREFIX):
        return alike[0]
    what = f"{len(alike)} keys begin so" if alike else "no key begins so"
    raise CommandFailed(
        f"Which key is {wanted!r}? In the issuer {answer['issuer']!r} {what}; "
        f"give the kid, or {LEAST_PREFIX} or more of its first characters. 'jwx status' lists them.",
        ExitCode.REFUSED,
    )
