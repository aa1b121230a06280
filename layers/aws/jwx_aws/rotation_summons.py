"""Ask the rotation to look after an issuer now, without waiting for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_QUIET = 30
"""Seconds between two summons for one issuer: a busy signer would otherwise send one for each token."""


class RotationSummons:
    """The port `jwx.issuing.issuer.Summons`: an asynchronous invoke of the rotation function."""

    def __init__(
        self,
        functions: Callable[[], LambdaClient],
        *,
        function_name: str,
        clock: Callable[[], int],
        logger: Logger,
    ) -> None:
        # Made when it is needed, which it hardly ever is: it would lengthen every cold start.
        self._functions = cache(functions)
        self._function_name = function_name
        self._clock = clock
        self._logger = logger
        self._asked_at: dict[str, int] = {}

    def reconcile(self, issuer: str) -> None:
        """Ask, unless that was done a moment ago; a failure is logged, the scheduled run will come anyway."""
        now = self._clock()
        if 0 <= now - self._asked_at.get(issuer, -_QUIET) < _QUIET:
            return
        self._asked_at[issuer] = now
        from jwx.verbs.rotation_event import SUMMONED  # nothing else of the verbs is the signer's

        try:
            self._functions().invoke(
                FunctionName=self._function_name,
                InvocationType="Event",
                Payload=json.dumps({"detail-type": SUMMONED, "issuer": issuer}).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            # The type alone: AWS's messages name ARNs.
            self._logger.warning("rotation_not_summoned", issuer=issuer, error=type(error).__name__)
        else:
            self._logger.warning("rotation_summoned", issuer=issuer)
