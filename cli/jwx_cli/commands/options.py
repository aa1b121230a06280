"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Issuer = Annotated[str, typer.Option("--issuer", "-i", help="Name of the issuer.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
