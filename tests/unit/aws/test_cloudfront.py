"""What CloudFront is told to drop."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from jwx.errors import PublicationUnavailable
from jwx_aws.cloudfront import Edge


class Recorder:
    """Keeps the arguments of each call."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def create_invalidation(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append(arguments)
        return {}


@pytest.mark.parametrize(
    ("issuer", "paths"),
    [
        (
            "default",
            {
                "/.well-known/jwks.json",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
                "/.well-known/revoked-tokens.json",
            },
        ),
        (
            "shop",
            {
                "/shop/.well-known/jwks.json",
                "/shop/.well-known/openid-configuration",
                "/shop/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/shop",
                "/shop/.well-known/revoked-tokens.json",
            },
        ),
    ],
)
def test_every_url_of_the_issuer_is_dropped(issuer: str, paths: set[str]) -> None:
    """All its documents by their exact URLs, and no other issuer's; the token makes a repeat harmless."""
    recorder: Any = Recorder()
    Edge(recorder, distribution="D1").invalidate(issuer, token="t-1")
    (call,) = recorder.calls
    batch = call["InvalidationBatch"]
    assert call["DistributionId"] == "D1"
    assert batch["CallerReference"] == "t-1"
    assert set(batch["Paths"]["Items"]) == paths
    assert batch["Paths"]["Quantity"] == len(batch["Paths"]["Items"]) == len(paths)


class Busy:
    """CloudFront allows only so many invalidations at once."""

    def create_invalidation(self, **_: Any) -> None:
        raise ClientError(
            {"Error": {"Code": "TooManyInvalidationsInProgress", "Message": "arn:aws:..."}}, "x"
        )


def test_a_busy_cloudfront_is_unavailable() -> None:
    """The step is left to the next run, which asks again."""
    busy: Any = Busy()
    with pytest.raises(PublicationUnavailable, match="TooManyInvalidationsInProgress"):
        Edge(busy, distribution="D1").invalidate("default", token="t-1")
