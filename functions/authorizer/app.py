"""API Gateway or AppSync event -> verified claims -> decision. The logic is in `jwx.authorization`."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from jwx.authorization.authorizer import Authorizer
from jwx.authorization.settings import authorizer_from


@cache
def from_env() -> Authorizer:
    """The authorizer of this process: its key sets and verified tokens last as long as it does."""
    return authorizer_from(os.environ)


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """What API Gateway asks; see `Authorizer.authorize`."""
    return from_env().authorize(event)


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # In Lambda a wrong setting must stop the function at its start, not at the first request.
    from_env()
