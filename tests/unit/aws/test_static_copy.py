"""The objects of the static copy, as CloudFront will serve them when the API is down."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from jwx.errors import LostRace, PublicationUnavailable
from jwx.publishing.publication import documents
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx_aws.s3 import StaticCopy

pytestmark = pytest.mark.slow  # moto has to start

URL = "https://issuer.example"
KEY = SigningKey(
    kid="a",
    algorithm="ES256",
    jwk={"kty": "EC", "crv": "P-256", "x": "x", "y": "y"},
    created_at=1,
    published_at=1,
)
RING = KeyRing(issuer="shop", policy=RotationPolicy(), created_at=1, served_at=1, keys=(KEY,))


@pytest.fixture
def s3() -> Iterator[Any]:
    """S3 with an empty bucket."""
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_bucket(Bucket="copy")
        yield client


def copy_on(s3: Any, *, media_type: str = "application/jwk-set+json") -> StaticCopy:
    return StaticCopy(s3, bucket="copy", base_url=URL, jwk_set_type=media_type)


def test_a_copy_elsewhere_or_of_another_url_or_type_is_another_copy() -> None:
    """So that the ring's memory of what was written last is not taken for news of it."""
    unused: Any = None
    told = [("copy", URL, "a/b"), ("other", URL, "a/b"), ("copy", f"{URL}/x", "a/b"), ("copy", URL, "a/c")]
    copies = [StaticCopy(unused, bucket=b, base_url=u, jwk_set_type=t) for b, u, t in (*told, told[0])]
    places = [copy.place for copy in copies]
    assert len(set(places)) == len(told)
    assert places[-1] == places[0]


def test_every_document_lies_at_its_path_and_means_the_same(s3: Any) -> None:
    """Each object parses to what the API answers; only white space behind it differs."""
    copy_on(s3).write(RING, 1, stale=lambda: False)
    expected = documents(RING, base_url=URL, now=1)
    listed = {entry["Key"] for entry in s3.list_objects_v2(Bucket="copy")["Contents"]}
    assert listed == set(expected)
    for path, body in expected.items():
        stored = s3.get_object(Bucket="copy", Key=path)["Body"].read()
        assert stored.startswith(body)
        assert json.loads(stored) == json.loads(body)


def test_the_copy_carries_the_headers_of_the_api(s3: Any) -> None:
    """Caches may keep the copy as long as the original, and clients know the media type."""
    copy_on(s3, media_type="application/json").write(RING, 1, stale=lambda: False)
    jwk_set = s3.head_object(Bucket="copy", Key="shop/.well-known/jwks.json")
    assert jwk_set["ContentType"] == "application/json"
    assert jwk_set["CacheControl"].startswith("public, max-age=300, s-maxage=60")


def test_no_etag_appears_twice(s3: Any) -> None:
    """Writing the same documents again makes another object, as far as conditions on ETags can tell."""
    etags = set()
    for _ in range(5):
        copy_on(s3).write(RING, 1, stale=lambda: False)
        etags.add(s3.head_object(Bucket="copy", Key="shop/.well-known/jwks.json")["ETag"])
    assert len(etags) == 5


def test_a_nonce_is_white_space_of_json(s3: Any) -> None:
    """All 64 bits of the nonce show up, in the four characters that JSON allows around a value."""
    bodies = set()
    for nonce in (0, 1, 1 << 63, (1 << 64) - 1):
        copy = StaticCopy(
            s3,
            bucket="copy",
            base_url=URL,
            jwk_set_type="application/json",
            new_nonce=itertools.repeat(nonce).__next__,
        )
        copy.write(RING, 1, stale=lambda: False)
        stored = s3.get_object(Bucket="copy", Key="shop/.well-known/jwks.json")["Body"].read()
        assert not stored[stored.rindex(b"}") + 1 :].strip(b" \t\n\r")
        bodies.add(stored)
    assert len(bodies) == 4


class Refusing:
    """A client that refuses one operation with a code, and leaves all others to S3."""

    def __init__(self, s3: Any, operation: str, code: str) -> None:
        self._s3 = s3
        self._refused = operation
        self._code = code

    def __getattr__(self, name: str) -> Any:
        if name != self._refused:
            return getattr(self._s3, name)

        def refuse(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": self._code, "Message": "arn:aws:s3:::copy"}}, name)

        return refuse


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"])
def test_every_way_to_be_overtaken_is_a_lost_race(s3: Any, code: str) -> None:
    """412 for another ETag, 409 for a write at the same time, 404 for an object deleted meanwhile."""
    with pytest.raises(LostRace):
        copy_on(Refusing(s3, "put_object", code)).write(RING, 1, stale=lambda: False)


def test_a_delete_that_was_overtaken_is_a_lost_race(s3: Any) -> None:
    """The issuer's name was given out anew, and the new issuer's copy stays."""
    copy_on(s3).write(RING, 1, stale=lambda: False)
    gone = replace(RING, keys=(), deleting_since=1)
    with pytest.raises(LostRace):
        copy_on(Refusing(s3, "delete_object", "PreconditionFailed")).write(gone, 1, stale=lambda: False)
    assert s3.list_objects_v2(Bucket="copy")["KeyCount"] == 5


def test_the_copy_goes_when_the_url_answers_404(s3: Any) -> None:
    """With the last retirement; after a revocation it holds an empty set while its tokens live."""
    copy_on(s3).write(RING, 1, stale=lambda: False)
    revoked = replace(RING, keys=(replace(KEY, revoked_at=5),), deleting_since=1)
    copy_on(s3).write(revoked, 5, stale=lambda: False)
    held = s3.get_object(Bucket="copy", Key="shop/.well-known/jwks.json")
    assert json.loads(held["Body"].read()) == {"keys": []}
    assert "must-revalidate" in held["CacheControl"]
    copy_on(s3).write(revoked, 5 + RING.policy.retention, stale=lambda: False)
    assert s3.list_objects_v2(Bucket="copy")["KeyCount"] == 0


@pytest.mark.parametrize("operation", ["head_object", "put_object"])
def test_a_refusal_is_typed_and_shows_no_arn(s3: Any, operation: str) -> None:
    """An access denied is no missing object: the copy is unavailable, and the next run tries again."""
    with pytest.raises(PublicationUnavailable, match="AccessDenied") as refused:
        copy_on(Refusing(s3, operation, "AccessDenied")).write(RING, 1, stale=lambda: False)
    assert "arn:" not in str(refused.value)
