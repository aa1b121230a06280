"""A Powertools logger that writes to a stream of the test's own."""

from __future__ import annotations

import io
from uuid import uuid4

from aws_lambda_powertools import Logger


def logger_to(stream: io.StringIO) -> Logger:
    """Loggers of one service share the first one's stream, hence a service for each."""
    return Logger(service=f"test-{uuid4()}", level="INFO", stream=stream)
