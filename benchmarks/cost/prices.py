"""Public list prices in USD, us-east-1, and the quotas that matter.

KMS's are of November 2026, the others of 2025, by the pages named. They are inputs: read the pages of
your Region and put your own figures in with `dataclasses.replace`. Free tiers and volume discounts are left
out, so that the model errs on the high side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD for one unit each; the page of each service says what a unit is."""

    kms_key_month: float = 1.0  # aws.amazon.com/kms/pricing; none while a key is pending deletion
    kms_sign_rsa_2048: float = 0.03 / 10_000
    kms_sign_other: float = 0.15 / 10_000
    kms_request: float = 0.03 / 10_000  # all that are no asymmetric operation, DescribeKey among them
    lambda_request: float = 0.20 / 1_000_000  # aws.amazon.com/lambda/pricing
    lambda_gb_second: float = 0.0000133334  # arm64
    dynamodb_read: float = 0.125 / 1_000_000  # aws.amazon.com/dynamodb/pricing, on demand, 4 KB consistent
    dynamodb_write: float = 0.625 / 1_000_000  # 1 KB
    dynamodb_gb: float = 0.25 + 0.20  # stored, and kept for a point in time
    api_request: float = 3.50 / 1_000_000  # aws.amazon.com/api-gateway/pricing, REST
    cdn_request: float = 1.00 / 1_000_000  # aws.amazon.com/cloudfront/pricing, HTTPS
    cdn_gb: float = 0.085
    cdn_invalidation: float = 0.005  # a path
    s3_put: float = 5.00 / 1_000_000  # aws.amazon.com/s3/pricing
    log_gb: float = 0.50  # aws.amazon.com/cloudwatch/pricing, ingestion
    log_gb_month: float = 0.03  # storage
    alarm_month: float = 0.10
    metric_month: float = 0.30
    dashboard_month: float = 3.00
    event: float = 1.00 / 1_000_000  # aws.amazon.com/eventbridge/pricing, events of one's own
    scheduler_invoke: float = 1.00 / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Default quotas per account and Region; the live ones are in Service Quotas."""

    kms_sign: float = 1_000  # a second, each for RSA, ECC and ML-DSA keys
    kms_keys: float = 100_000
    lambda_concurrency: float = 1_000
    lambda_requests: float = 10_000  # a second: ten for each of the concurrency
    api_requests: float = 10_000  # a second, over all APIs
