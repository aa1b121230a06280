"""The page's host in AWS: the bucket of the static copy, and CloudFront before it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from jwx_cli.aws import QUICK, aws_session, one_sentence
from jwx_cli.page import PageFile

if TYPE_CHECKING:
    from jwx_cli.target import Target

CACHE_CONTROL = "public, max-age=300"


class AwsPageHost:
    """The port `PageHost`."""

    def __init__(self, target: Target) -> None:
        self._target = target
        with one_sentence(target):
            session = aws_session(target)
            self._s3 = session.client("s3", endpoint_url=target.endpoint, config=QUICK)
            self._cloudfront = session.client("cloudfront", endpoint_url=target.endpoint, config=QUICK)

    def put(self, bucket: str, file: PageFile) -> None:
        with one_sentence(self._target):
            self._s3.put_object(
                Bucket=bucket,
                Key=file.key,
                Body=file.body,
                ContentType=file.content_type,
                CacheControl=CACHE_CONTROL,
            )

    def invalidate(self, distribution_id: str, paths: tuple[str, ...]) -> None:
        with one_sentence(self._target):
            self._cloudfront.create_invalidation(
                DistributionId=distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": list(paths)},
                    "CallerReference": str(uuid.uuid4()),
                },
            )
