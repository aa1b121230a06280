"""Names of issuers and the URLs that follow from them.

`default` lives at the root of the domain, any other at `/{name}`. The name is a path segment, a DynamoDB key,
a tag and a metric dimension at once, hence its narrow alphabet.
"""

from __future__ import annotations

import re
from typing import Final

from jwx.errors import InvalidRequest

DEFAULT: Final = "default"

# Words that stand, or may one day stand, at the first place of a path of ours.
RESERVED: Final = frozenset({"default", "well-known", "token", "health", "api", "admin", "static", "favicon"})

_NAME = re.compile(r"[a-z0-9-]{1,63}")


def check_name(name: object) -> str:
    """`name` if it may name an issuer; else InvalidRequest."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or (name in RESERVED and name != DEFAULT):
        raise InvalidRequest(
            f"issuer: {shown(name)} is no name of an issuer; allowed are 1 to 63 of a-z, 0-9 and -, "
            f"less {', '.join(sorted(RESERVED - {DEFAULT}))}"
        )
    return name


def issuer_url(base_url: str, name: str) -> str:
    """The `iss` of an issuer; `base_url` is that of `default`."""
    return base_url if name == DEFAULT else f"{base_url}/{name}"


def shown(value: object) -> str:
    """What was given, short enough for a message and a log line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
