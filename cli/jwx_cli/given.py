"""What people write on the command line in place of JSON and epoch seconds."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jwx_cli.exits import CommandFailed, ExitCode


def json_object(text: str, name: str) -> dict[str, Any]:
    """JSON from the command line, a file or standard input; what it must hold is the function's business."""
    try:
        given = json.loads(_content(text))
    except OSError as error:
        raise CommandFailed(f"{name}: {error.filename}: {error.strerror}.", ExitCode.USAGE) from error
    except ValueError as error:
        raise CommandFailed(f"{name}: that is not JSON: {error}.", ExitCode.USAGE) from error
    if not isinstance(given, dict):
        raise CommandFailed(f"{name}: a JSON object is needed.", ExitCode.USAGE)
    return given


def point_in_time(text: str, now: int, *, name: str) -> int:
    """Epoch seconds; a date without a zone is UTC."""
    try:
        if text.endswith("d") and text[:-1].isdecimal():
            return now + int(timedelta(days=int(text[:-1])).total_seconds())
        given = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise CommandFailed(
            f"{name}: {text!r} is no time; allowed are 2027-01-31, 2027-01-31T12:00Z and 90d.",
            ExitCode.USAGE,
        ) from error
    return int((given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp())


def _content(text: str) -> str:
    if not text.startswith("@"):
        return text
    return sys.stdin.read() if text == "@-" else Path(text[1:]).read_text("utf-8")
