"""Where a request carries its token: RFC 6750 section 2.

One place, once. Two Authorization values, or a header and a query parameter, could be read one way
here and another way behind us: refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwx.errors import ConfigurationError, VerificationError
from jwx.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jwx.authorization.events import AuthorizerEvent


class WebSocketToken(NamedTuple):
    """Where else than in a header a WebSocket client may put it: browsers cannot set headers there."""

    in_protocol: bool = False
    query_parameter: str | None = None


def parse_websocket_token(text: str) -> WebSocketToken:
    """`protocol`, or `query:<name>`."""
    if text == "protocol":
        return WebSocketToken(in_protocol=True)
    kind, _, name = text.partition(":")
    if kind == "query" and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        return WebSocketToken(query_parameter=name)
    raise ConfigurationError(f"WEBSOCKET_TOKEN: got {text!r}; allowed is protocol or query:<name>")


def find_token(event: AuthorizerEvent, websocket: WebSocketToken) -> str:
    """The one token of the request; VerificationError when there is none, or not just one."""
    found = list(event.authorization)
    if event.shape == "websocket":
        found += _from_websocket(event, websocket)
    if not found:
        raise VerificationError("missing_token")
    if len(found) > 1:
        raise VerificationError("several_tokens")
    if event.shape == "appsync" and isinstance(found[0], str) and " " not in found[0]:
        return found[0]  # AppSync's own clients send the bare token
    return _credentials(found[0])


def _credentials(value: object) -> str:
    """RFC 9110 section 11.4: a scheme in any case, spaces, one token; its form is the verifier's affair."""
    scheme, _, rest = value.partition(" ") if isinstance(value, str) else ("", "", "")
    token = rest.lstrip(" ")
    if scheme.lower() != "bearer" or token.split() != [token] or "," in token:
        raise VerificationError("malformed_authorization")
    return token


def _from_websocket(event: AuthorizerEvent, websocket: WebSocketToken) -> list[str]:
    found: list[str] = []
    if websocket.in_protocol:
        # `new WebSocket(url, ["bearer", token])`: the token follows the protocol of that name.
        offered = [name.strip() for value in event.protocols for name in str(value).split(",")]
        places = [place for place, name in enumerate(offered[:-1]) if name.lower() == "bearer"]
        found += [f"Bearer {offered[place + 1]}" for place in places]
    if websocket.query_parameter is not None:
        values = event.query.get(websocket.query_parameter, [])
        found += [f"Bearer {value}" for value in (values if isinstance(values, list) else [values])]
    return found
