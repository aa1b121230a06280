"""The public face of issuers on AWS: the copy in S3, the edge of CloudFront, the URL that everybody sees."""

from __future__ import annotations

from collections.abc import Callable, Collection

from jwx.publishing.public_url import PublicUrl
from jwx.ring.keyring import KeyRing
from jwx_aws.cloudfront import Edge
from jwx_aws.s3 import StaticCopy


class AwsPublication:
    """The port `Publication`."""

    def __init__(self, *, static_copy: StaticCopy, edge: Edge, public_url: PublicUrl) -> None:
        self._static_copy = static_copy
        self._edge = edge
        self._public_url = public_url

    @property
    def place(self) -> str:
        """See `StaticCopy.place`."""
        return self._static_copy.place

    def copy(self, ring: KeyRing, now: int, *, stale: Callable[[], bool]) -> None:
        """See `StaticCopy.write`."""
        self._static_copy.write(ring, now, stale=stale)

    def invalidate(self, issuer: str, *, token: str) -> None:
        """See `Edge.invalidate`."""
        self._edge.invalidate(issuer, token=token)

    def seen(self, issuer: str) -> Collection[str] | None:
        """See `PublicUrl.kids`."""
        return self._public_url.kids(issuer)
