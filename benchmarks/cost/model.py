"""From a workload to a monthly bill, service by service, and to the share of each quota that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from benchmarks.cost.prices import Prices, Quotas

MONTH = 30 * 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is asked of the product. Rates per second, sizes in bytes, times in seconds."""

    tokens: float = 0.0
    """Tokens signed a second."""
    verifications: float = 0.0
    """Requests a second to APIs behind the authorizer."""
    algorithm: str = "ES256"
    algorithms: int = 2
    """How many the issuer has; each holds an active and a standby key and now and then one that retires."""
    issuers: int = 1
    batch: int = 1
    """Tokens asked for in one invoke."""
    decision_hits: float = 0.8
    """Share of requests that API Gateway answers from its decision cache."""
    outside_verifiers: int = 100
    """Verifiers elsewhere that fetch the JWK Set, each as often as `max_age` says."""
    max_age: int = 300
    s_maxage: int = 60
    edges: int = 20
    """Edge locations that somebody asks."""
    jwks_bytes: int = 1_400
    sign_seconds: float = 0.020
    """Billed duration of a signature at the signer: KMS's answer takes nearly all of it."""
    decide_seconds: float = 0.002
    publish_seconds: float = 0.010
    memory_gb: float = 0.5
    log_bytes_sign: int = 500
    log_bytes_decide: int = 600
    schedule: int = 300


@dataclass(frozen=True, slots=True)
class Bill:
    """USD a month by service."""

    services: Mapping[str, float]
    total: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.services.values()))


def bill(workload: Workload, prices: Prices = Prices()) -> Bill:  # noqa: B008 (an immutable value)
    """The monthly bill of a workload that is the same all month."""
    w, p = workload, prices
    signed = w.tokens * MONTH
    invokes = signed / w.batch
    decided = w.verifications * (1 - w.decision_hits) * MONTH
    edge_requests = w.outside_verifiers * MONTH / w.max_age + _authorizer_fetches(w)
    origin_requests = min(edge_requests, w.edges * MONTH / w.s_maxage * w.issuers)
    runs = MONTH / w.schedule
    gigabytes = 1e9
    return Bill(
        {
            "KMS keys": _keys(w) * p.kms_key_month,
            "KMS signatures": signed
            * (p.kms_sign_rsa_2048 if w.algorithm.startswith(("RS", "PS")) else p.kms_sign_other),
            "Lambda": (invokes + decided + origin_requests + runs) * p.lambda_request
            + w.memory_gb
            * p.lambda_gb_second
            * (
                signed * w.sign_seconds
                + decided * w.decide_seconds
                + origin_requests * w.publish_seconds
                + runs
            ),
            "DynamoDB": (origin_requests * 2 + runs * w.issuers * 2 + _signer_reads(w)) * p.dynamodb_read,
            "API Gateway (publishing)": origin_requests * p.api_request,
            "CloudFront": edge_requests * (p.cdn_request + w.jwks_bytes / gigabytes * p.cdn_gb),
            "CloudWatch": (signed * w.log_bytes_sign + decided * w.log_bytes_decide) / gigabytes * p.log_gb
            + 16 * p.alarm_month
            + 23 * p.metric_month
            + p.dashboard_month,
            "Scheduler": runs * p.scheduler_invoke,
        }
    )


def quota_shares(workload: Workload, quotas: Quotas = Quotas()) -> dict[str, float]:  # noqa: B008
    """How much of each quota the workload takes; above 1 it is throttled. The largest is met first."""
    w = workload
    decided = w.verifications * (1 - w.decision_hits)
    return {
        "KMS signatures a second": w.tokens / quotas.kms_sign,
        "Lambda concurrency": (w.tokens * w.sign_seconds + decided * w.decide_seconds)
        / quotas.lambda_concurrency,
        "API Gateway requests a second": w.verifications / quotas.api_requests,
    }


def sustainable_tokens(*, regions: int = 1, quota_classes: int = 1, quotas: Quotas = Quotas()) -> float:  # noqa: B008
    """Tokens a second before KMS throttles: each Region, and each of RSA, ECC, ML-DSA, counts alone."""
    return quotas.kms_sign * regions * quota_classes


def _keys(w: Workload) -> int:
    """Active, standby, and on the average half a key that is retiring or within its grace."""
    return ceil(w.issuers * w.algorithms * 2.5)


def _instances(w: Workload) -> int:
    decided = w.verifications * (1 - w.decision_hits)
    return ceil(decided * w.decide_seconds * 2) if decided else 0


def _authorizer_fetches(w: Workload) -> float:
    """Each warm instance asks for the JWK Set every 30 seconds, and only while it is used."""
    return _instances(w) * MONTH / 30


def _signer_reads(w: Workload) -> float:
    """Each warm signer reads the key ring once a minute, two units of 4 KB."""
    return ceil(w.tokens * w.sign_seconds * 2) * MONTH / 60 * 2 if w.tokens else 0.0
