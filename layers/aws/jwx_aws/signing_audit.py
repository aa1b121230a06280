"""The signer's log and metrics: one line a token, counters once a call. Never a token, never a claim."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from jwx.errors import JwxError, RequestRefused
from jwx.issuing.issuer import Token


class SigningAudit:
    """The port `jwx.issuing.signing.Audit`.

    Metrics carry an issuer only when it was found to exist: else a caller could make up names, each of which
    CloudWatch bills.
    """

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._signed: Counter[tuple[str, str]] = Counter()
        self._failed: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def signed(self, token: Token) -> None:
        """A token was signed."""
        self._logger.info(
            "token_signed",
            issuer=token.issuer,
            alg=token.alg,
            kid=token.kid,
            jti=token.jti,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
        )
        with self._lock:
            self._signed[token.issuer, token.alg] += 1

    def failed(self, error: JwxError) -> None:
        """A request was refused, which is the caller's fault, or could not be served, which is not."""
        name = type(error).__name__
        if isinstance(error, RequestRefused):
            # Its message may quote what the caller sent.
            self._logger.warning("token_refused", error=name)
            metric = "RequestsRefused"
        else:
            self._logger.error("token_not_signed", error=name, reason=str(error))
            metric = "SigningFailures"
        with self._lock:
            self._failed[metric, name] += 1

    def flush(self) -> None:
        """Write the counters of this call as embedded metrics."""
        with self._lock:
            signed, self._signed = self._signed, Counter()
            failed, self._failed = self._failed, Counter()
        for (issuer, algorithm), count in signed.items():
            with single_metric(
                "TokensSigned", MetricUnit.Count, count, default_dimensions={"issuer": issuer}
            ) as one:
                one.add_dimension("algorithm", algorithm)
        for (metric, error), count in failed.items():
            _count(metric, count, error=error)


def _count(name: str, count: int, **dimensions: str) -> None:
    with single_metric(name, MetricUnit.Count, count) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)
