"""How IAM reads a policy, as far as execute-api goes: an oracle that knows nothing of our routes."""

from __future__ import annotations

import re
from typing import Any


def permits(policy: dict[str, Any], arn: str) -> bool:
    """An explicit Deny wins; without an Allow there is none. `*` and `?` span slashes."""
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        for resource in statement["Resource"]
        if re.fullmatch(_expression(resource), arn, re.DOTALL)
    }
    return effects == {"Allow"}


def _expression(resource: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in resource)
