"""Emptying the CDN of an issuer's documents, so that a revoked key is gone from the edge within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwx.errors import PublicationUnavailable
from jwx.publishing.publication import paths
from jwx_aws.aws_errors import failing_as

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


class Edge:
    """One CloudFront distribution."""

    def __init__(self, cloudfront: CloudFrontClient, *, distribution: str) -> None:
        self._cloudfront = cloudfront
        self._distribution = distribution

    def invalidate(self, issuer: str, *, token: str) -> None:
        """CloudFront takes a repeated CallerReference for the same invalidation."""
        items = [f"/{path}" for path in paths(issuer)]
        with failing_as(PublicationUnavailable, "CloudFront CreateInvalidation"):
            self._cloudfront.create_invalidation(
                DistributionId=self._distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(items), "Items": items},
                    "CallerReference": token,
                },
            )
