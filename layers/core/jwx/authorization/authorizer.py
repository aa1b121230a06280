"""One event in, one decision out; the only place where the parts of this package meet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from jwx.authorization.bearer import WebSocketToken, find_token
from jwx.authorization.events import AuthorizerEvent, read_event
from jwx.authorization.outcomes import Outcome, OutcomeLog
from jwx.errors import InvalidRequest, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwx.authorization.answers import Answers
    from jwx.verification.verifier import Verifier


_UNREADABLE: Final = Outcome("unreadable", "unknown_event", None, None, "unknown", "", 0, False)
"""Nothing of such an event is told: whatever stands in it, nobody knows what it means."""


class Authorizer:
    """Decides on events. Every way out leaves one line in the log."""

    def __init__(
        self,
        verifier: Verifier,
        answers: Answers,
        log: OutcomeLog,
        *,
        websocket: WebSocketToken = WebSocketToken(),  # noqa: B008 (an immutable value)
        clock: Callable[[], float] = time.time,
        fetches: Callable[[], int] = lambda: 0,
    ) -> None:
        self._verifier, self._answers, self._log = verifier, answers, log
        self._websocket, self._clock = websocket, clock
        self._fetches, self._told = fetches, 0

    def authorize(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer for API Gateway or AppSync.

        Raises Unauthorized where that is how to say 401, and the retryable VerificationError, which
        becomes a 500, when there was nothing to judge with. InvalidRequest, a 500 too, for an event that no
        authorizer is ever sent.
        """
        try:
            request = read_event(event)
        except InvalidRequest:
            self._log.record(_UNREADABLE, self._clock())
            raise
        try:
            verified = self._verifier.examine(find_token(request, self._websocket))
        except VerificationError as error:
            return self._refuse(request, error)
        reason, answer = self._answers.accept(request, verified.claims, self._clock())
        outcome = "allowed" if reason == "valid" else "denied"
        self._record(
            request, outcome, reason, verified.issuer, verified.kid, is_remembered=verified.is_remembered
        )
        return answer

    def _refuse(self, request: AuthorizerEvent, error: VerificationError) -> dict[str, Any]:
        outcome = "unavailable" if error.retryable else "unauthorized"
        self._record(request, outcome, error.reason, error.issuer, error.kid)
        if error.retryable:
            raise error
        return self._answers.refuse(request)

    def _record(
        self,
        request: AuthorizerEvent,
        outcome: str,
        reason: str,
        issuer: str | None,
        kid: str | None,
        *,
        is_remembered: bool = False,
    ) -> None:
        fetches, self._told = self._fetches() - self._told, self._fetches()
        line = Outcome(
            outcome, reason, issuer, kid, request.shape, request.request_id, fetches, is_remembered
        )
        self._log.record(line, self._clock())
