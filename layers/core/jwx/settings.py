"""Settings of the functions, from their environment: read once, checked at once, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from jwx.errors import ConfigurationError

JWK_SET_TYPES: Final = ("application/jwk-set+json", "application/json")

_HTTPS = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\]):\d{1,5}")


def required(environment: Mapping[str, str], name: str) -> str:
    """The value of a setting that has no default."""
    value = environment.get(name, "")
    if not value:
        raise ConfigurationError(f"{name}: is not set")
    return value


def base_url(environment: Mapping[str, str]) -> str:
    """`ISSUER_URL`, the issuer URL of `default`: https without a trailing slash, or http on this machine."""
    value = required(environment, "ISSUER_URL")
    if not (_HTTPS.fullmatch(value) or _LOOPBACK.fullmatch(value)):
        raise ConfigurationError(
            f"ISSUER_URL: {value!r} is neither https://... without a trailing slash nor loopback"
        )
    return value


def jwk_set_type(environment: Mapping[str, str]) -> str:
    """`JWKS_MEDIA_TYPE`: RFC 7517 section 8.5, or plain JSON for old clients."""
    value = environment.get("JWKS_MEDIA_TYPE", "") or JWK_SET_TYPES[0]
    if value not in JWK_SET_TYPES:
        raise ConfigurationError(f"JWKS_MEDIA_TYPE: {value!r} is not one of {', '.join(JWK_SET_TYPES)}")
    return value
