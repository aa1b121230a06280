"""Public list prices in USD, us-east-1, as of November 2026, and the quotas that matter.

They are inputs: read the pages of your Region and put your own figures in with `dataclasses.replace`.
Free tiers are left out, so that the model errs on the high side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD for one unit each; the page of each service says what a unit is."""

    kms_key_month: float = 1.0  # aws.amazon.com/kms/pricing
    kms_sign_rsa_2048: float = 0.03 / 10_000
    kms_sign_other: float = 0.15 / 10_000
    lambda_request: float = 0.20 / 1_000_000  # aws.amazon.com/lambda/pricing
    lambda_gb_second: float = 0.0000133334  # arm64
    dynamodb_read: float = 0.125 / 1_000_000  # aws.amazon.com/dynamodb/pricing, on demand, 4 KB consistent
    dynamodb_write: float = 0.625 / 1_000_000  # 1 KB
    api_request: float = 3.50 / 1_000_000  # aws.amazon.com/api-gateway/pricing, REST
    cdn_request: float = 1.00 / 1_000_000  # aws.amazon.com/cloudfront/pricing, HTTPS
    cdn_gb: float = 0.085
    log_gb: float = 0.50  # aws.amazon.com/cloudwatch/pricing, ingestion
    alarm_month: float = 0.10
    metric_month: float = 0.30
    dashboard_month: float = 3.00
    scheduler_invoke: float = 1.00 / 1_000_000  # aws.amazon.com/eventbridge/pricing


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Default quotas per account and Region, in units a second; the live ones are in Service Quotas."""

    kms_sign: float = 1_000  # each for RSA, ECC and ML-DSA keys
    lambda_concurrency: float = 1_000  # instances, not a second
    lambda_scaling: float = 1_000 / 10  # new instances a second for each function
    api_requests: float = 10_000
