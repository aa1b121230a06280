"""The signer's journey: a request, a batch, what the rotation asks for, or HTTP, told apart by the event."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeGuard

from jwx.errors import InvalidRequest, JwxError
from jwx.issuer_names import shown
from jwx.issuing.batch import Patience, each_on_its_own
from jwx.issuing.issuer import Token, TokenIssuer
from jwx.issuing.replay import OncePerKey
from jwx.issuing.token_endpoint import TokenEndpoint, is_http
from jwx.issuing.token_policy import TokenPolicies
from jwx.issuing.token_request import TokenRequest

_GATEWAY_RESERVE = 3.0
"""API Gateway waits 29 s at most, and Lambda lets the signer run for 30."""


DIRECT = "direct"
"""Lambda does not say who invoked it: idempotency keys of direct invokes are all one caller's."""


class Audit(Protocol):
    """Who was given what: log and metrics. Never a token, never a claim."""

    def signed(self, token: Token) -> None:
        """A token was signed."""

    def failed(self, error: JwxError) -> None:
        """A request was refused or could not be served."""


class Signing:
    """Answers all events of the signer function."""

    def __init__(
        self,
        *,
        issuer: TokenIssuer,
        policies: TokenPolicies,
        once: OncePerKey,
        audit: Audit,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._issuer = issuer
        self._once = once
        self._audit = audit
        self._endpoint = TokenEndpoint(policies, refused=audit.failed)
        self._sleep = sleep

    def answer(self, event: object, *, seconds_left: Callable[[], float]) -> dict[str, Any]:
        """The answer to an event. Raises the errors of `jwx.errors`, whose names are the contract."""
        if is_http(event):
            patience = self._patience(lambda: seconds_left() - _GATEWAY_RESERVE)
            return self._endpoint.answer(
                event, lambda request, caller: self._signed(request, patience, caller=caller)
            )
        patience = self._patience(seconds_left)
        if _is_only(event, "tokens"):
            return {"tokens": each_on_its_own(event["tokens"], lambda one: self._issue(one, patience))}
        return self._issue(event, patience)

    def _patience(self, seconds_left: Callable[[], float]) -> Patience:
        return Patience(seconds_left=seconds_left, sleep=self._sleep, random=random.random)

    def _issue(self, request: object, patience: Patience) -> dict[str, Any]:
        try:
            return self._signed(TokenRequest.parse(request), patience).to_json()
        except JwxError as error:
            self._audit.failed(error)
            raise

    def _signed(self, request: TokenRequest, patience: Patience, *, caller: str = DIRECT) -> Token:
        def mint() -> Token:
            token = self._issuer.issue(request)
            self._audit.signed(token)
            return token

        return patience.call(
            lambda: self._once.token(request, mint, caller=caller, seconds_left=patience.seconds_left)
        )


def _is_only(event: object, name: str) -> TypeGuard[Mapping[str, Any]]:
    """Whether the field is there, which excludes all others."""
    if not isinstance(event, Mapping) or name not in event:
        return False
    if len(event) > 1:
        others = shown(sorted(str(field) for field in event if field != name))
        raise InvalidRequest(f"{name}: stands alone in a request; {others} must be left out")
    return True
