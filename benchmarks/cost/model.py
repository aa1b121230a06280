"""From a workload to a monthly bill, service by service, and to the share of each quota that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from benchmarks.cost import observed
from benchmarks.cost.prices import Prices, Quotas
from benchmarks.cost.workload import MONTH, Workload

GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Bill:
    """USD a month by service."""

    services: Mapping[str, float]
    total: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.services.values()))


def bill(w: Workload, prices: Prices = Prices()) -> Bill:  # noqa: B008 (an immutable value)
    """The monthly bill of a workload that is the same all month."""
    p = prices
    changes = w.births * observed.WRITES_A_BIRTH
    return Bill(
        {
            "KMS keys": w.key_months * p.kms_key_month,
            "KMS signatures": w.signed * _signature(w, p),
            "KMS, other requests": w.runs * w.issuers * w.algorithms * 2 * p.kms_request,
            "Lambda": _lambda(w, p),
            "DynamoDB": _dynamodb(w, p),
            "API Gateway": (w.origin_requests + w.signer_invokes * w.over_http) * p.api_request,
            "CloudFront": w.edge_requests * (p.cdn_request + observed.JWKS_BYTES / GIGABYTE * p.cdn_gb)
            + w.revocations * observed.INVALIDATED_PATHS * p.cdn_invalidation,
            "CloudWatch, logs": _log_bytes(w) / GIGABYTE * _log_price(w, p),
            "CloudWatch, metrics and alarms": observed.metrics(w) * p.metric_month
            + observed.ALARMS * p.alarm_month
            + p.dashboard_month,
            "S3, EventBridge": changes * observed.DOCUMENTS * p.s3_put
            + w.births * observed.EVENTS_A_KEY * p.event
            + w.runs * p.scheduler_invoke,
        }
    )


def _signature(w: Workload, p: Prices) -> float:
    return p.kms_sign_rsa_2048 if w.algorithm.startswith(("RS", "PS")) else p.kms_sign_other


def _lambda(w: Workload, p: Prices) -> float:
    """Requests, and GB-seconds of signer, authorizer, publishing function, rotation and prover."""
    requests = w.signer_invokes + w.decided + w.origin_requests + w.runs + w.births
    run = min(w.run_seconds * w.issuers, observed.LONGEST_RUN)
    seconds = w.signed * w.sign_seconds + w.decided * w.decide_seconds + w.runs * run + w.births
    gigabyte_seconds = seconds * observed.MEMORY_GB
    gigabyte_seconds += w.origin_requests * w.publish_seconds * observed.PUBLISHING_MEMORY_GB
    return requests * p.lambda_request + gigabyte_seconds * p.lambda_gb_second


def _dynamodb(w: Workload, p: Prices) -> float:
    """Consistent reads of whole rings; the table's scan at the start of each run reads them too."""
    a_ring = ceil(observed.RING_BYTES / 4096)
    signers = ceil(w.tokens / w.batch * w.sign_seconds * 2)
    ring_reads = w.origin_requests + signers * MONTH / 60
    ring_reads += w.runs * w.issuers * observed.RING_READS_A_RUN
    writes = w.births * observed.WRITES_A_BIRTH * ceil(observed.RING_BYTES / 1024)
    writes += w.runs * 2 + w.signed * w.idempotent * observed.WRITES_A_REPLAY
    stored = w.issuers * observed.RING_BYTES / GIGABYTE * p.dynamodb_gb
    return ring_reads * a_ring * p.dynamodb_read + writes * p.dynamodb_write + stored


def _log_bytes(w: Workload) -> float:
    """Lines of our own, and those that Lambda adds to each invoke."""
    invokes = w.signer_invokes + w.decided + w.origin_requests + w.runs + w.births
    return (
        invokes * observed.LAMBDA_LOG
        + w.signed * observed.SIGN_LOG
        + w.signer_invokes * observed.SIGN_METRIC_LOG
        + w.decided * observed.DECIDE_LOG
        + w.origin_requests * observed.PUBLISH_LOG
        + w.runs * observed.RUN_LOG
    )


def _log_price(w: Workload, p: Prices) -> float:
    """Taken in once, then kept; in a steady state as many days are kept as `LogRetentionDays` says."""
    return p.log_gb + p.log_gb_month * w.log_retention_days * 86_400 / MONTH


def quota_shares(w: Workload, quotas: Quotas = Quotas()) -> dict[str, float]:  # noqa: B008
    """How much of each quota the workload takes; above 1 it is throttled. The largest is met first."""
    invokes = w.tokens / w.batch + w.decisions_a_second
    running = w.tokens * w.sign_seconds + w.decisions_a_second * w.decide_seconds
    return {
        "KMS signatures a second": w.tokens / quotas.kms_sign,
        "KMS keys": w.key_months / quotas.kms_keys,
        "Lambda requests a second": invokes / quotas.lambda_requests,
        "Lambda concurrency": running / quotas.lambda_concurrency,
        "API Gateway requests a second": (w.verifications + w.tokens * w.over_http) / quotas.api_requests,
    }


def sustainable_tokens(*, regions: int = 1, quota_classes: int = 1, quotas: Quotas = Quotas()) -> float:  # noqa: B008
    """Tokens a second before KMS throttles: each Region, and each of RSA, ECC, ML-DSA, counts alone."""
    return quotas.kms_sign * regions * quota_classes
