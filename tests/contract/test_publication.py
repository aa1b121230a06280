"""What every `Publication` keeps: the fake, and S3, CloudFront and the public URL alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from jwx.errors import LostRace
from jwx.ports import Publication
from jwx.publishing.public_url import PublicUrl
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx.verification.fetched import Fetched, FetchFailed
from jwx_aws.cloudfront import Edge
from jwx_aws.publication import AwsPublication
from jwx_aws.s3 import StaticCopy
from tests.fakes.clock import FakeClock
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore

pytestmark = pytest.mark.slow  # the emulator has to start

URL = "https://issuer.example"
NOW = 1_800_000_000


@dataclass
class Face:
    """A publication, the store that its origin reads, and what lies in its static copy."""

    publication: Publication
    store: FakeRingStore
    copied: Callable[[str], set[str] | None]
    break_origin: Callable[[], None]
    invalidations: Callable[[], int]


def fake_face() -> Face:
    store = FakeRingStore()
    publication = FakePublication(store, FakeClock(NOW))

    def copied(issuer: str) -> set[str] | None:
        answer = publication.copies.get(issuer)
        return set(answer.kids) if answer else None

    return Face(
        publication,
        store,
        copied,
        break_origin=lambda: setattr(publication, "unreachable", True),
        invalidations=lambda: len(publication.invalidations),
    )


def aws_face(aws: Callable[[str], Any]) -> Face:
    """S3 and CloudFront of the emulator; the public URL is the publishing function's own code."""
    s3, bucket, store = aws("s3"), f"copy-{uuid4().hex}", FakeRingStore()
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    origin = Origin(store)
    static_copy = StaticCopy(s3, bucket=bucket, base_url=URL, jwk_set_type="application/jwk-set+json")
    cloudfront, distribution = aws("cloudfront"), new_distribution(aws("cloudfront"))
    edge = Edge(cloudfront, distribution=distribution)
    publication = AwsPublication(
        static_copy=static_copy, edge=edge, public_url=PublicUrl(URL, fetch=origin.fetch)
    )

    def copied(issuer: str) -> set[str] | None:
        path = f"{'' if issuer == 'default' else issuer + '/'}.well-known/jwks.json"
        if path not in {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}:
            return None
        document = json.loads(s3.get_object(Bucket=bucket, Key=path)["Body"].read())
        return {key["kid"] for key in document["keys"]}

    def invalidations() -> int:
        listed = cloudfront.list_invalidations(DistributionId=distribution)
        return int(listed["InvalidationList"]["Quantity"])

    return Face(
        publication,
        store,
        copied,
        break_origin=lambda: setattr(origin, "broken", True),
        invalidations=invalidations,
    )


class Origin:
    """The publishing endpoint without a network."""

    def __init__(self, store: FakeRingStore) -> None:
        self._well_known = WellKnown(
            store, lambda: NOW, base_url=URL, jwk_set_type="application/jwk-set+json"
        )
        self.broken = False

    def fetch(self, url: str, /, *, etag: str | None = None, timeout: float = 3) -> Fetched:
        path = url.removeprefix(URL)
        answer = self._well_known.answer(Request.of({"httpMethod": "GET", "path": path, "headers": {}}))
        status = 503 if self.broken else answer["statusCode"]
        if status != 200:
            raise FetchFailed(f"status {status}", status=status)
        return Fetched(answer["body"].encode())


def new_distribution(cloudfront: Any) -> str:
    origin = {"Id": "api", "DomainName": "api.example", "CustomOriginConfig": ORIGIN}
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": uuid4().hex,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
        }
    )
    return str(made["Distribution"]["Id"])


ORIGIN = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


@pytest.fixture(params=["fake", "aws"])
def face(request: pytest.FixtureRequest) -> Face:
    """A publication of nothing yet."""
    return fake_face() if request.param == "fake" else aws_face(request.getfixturevalue("aws"))


def ring(*kids: str, issuer: str = "default") -> KeyRing:
    """A ring that publishes a key for each kid."""
    keys = tuple(
        SigningKey(
            kid=kid,
            algorithm="ES256",
            jwk={"kty": "EC", "crv": "P-256", "x": "x", "y": "y"},
            created_at=1,
            published_at=1,
        )
        for kid in kids
    )
    return KeyRing(issuer=issuer, policy=RotationPolicy(), created_at=1, served_at=1, keys=keys)


def fresh() -> bool:
    """The answer of `stale` while the ring is still the newest."""
    return False


@pytest.mark.parametrize("issuer", ["default", "shop"])
def test_the_copy_holds_what_the_ring_publishes(face: Face, issuer: str) -> None:
    """Before the first copy there is none; each later one replaces the one before."""
    assert face.copied(issuer) is None
    face.publication.copy(ring("a", "b", issuer=issuer), NOW, stale=fresh)
    face.publication.copy(ring("b", "c", issuer=issuer), NOW, stale=fresh)
    assert face.copied(issuer) == {"b", "c"}


def test_a_stale_ring_is_not_copied(face: Face) -> None:
    """Whoever finds the ring changed meanwhile writes nothing."""
    face.publication.copy(ring("a"), NOW, stale=fresh)
    with pytest.raises(LostRace):
        face.publication.copy(ring("b"), NOW, stale=lambda: True)
    assert face.copied("default") == {"a"}


@pytest.mark.parametrize("before", [(), ("a",)], ids=["no copy", "a copy"])
def test_a_slow_writer_does_not_undo_a_newer_copy(face: Face, before: tuple[str, ...]) -> None:
    """A writer that is overtaken between the check and the write loses the race; the newer copy stays."""
    if before:
        face.publication.copy(ring(*before), NOW, stale=fresh)

    def overtaken() -> bool:
        face.publication.copy(ring("newer"), NOW, stale=fresh)
        return False

    with pytest.raises(LostRace):
        face.publication.copy(ring("older"), NOW, stale=overtaken)
    assert face.copied("default") == {"newer"}


def test_equal_content_does_not_hide_a_newer_copy(face: Face) -> None:
    """Overtaken twice, the second time with what was there at first: the slow writer still notices."""
    face.publication.copy(ring("a"), NOW, stale=fresh)

    def overtaken_twice() -> bool:
        face.publication.copy(ring("b"), NOW, stale=fresh)
        face.publication.copy(ring("a"), NOW, stale=fresh)
        return False

    with pytest.raises(LostRace):
        face.publication.copy(ring("revoked"), NOW, stale=overtaken_twice)
    assert face.copied("default") == {"a"}


def test_a_vanished_issuer_leaves_no_copy(face: Face) -> None:
    """The last key gone, the copy of a deleted issuer goes too, once and for all; the others' stay."""
    face.publication.copy(ring("a", issuer="shop"), NOW, stale=fresh)
    face.publication.copy(ring("b"), NOW, stale=fresh)
    for _ in range(2):
        face.publication.copy(replace(ring(issuer="shop"), deleting_since=NOW), NOW, stale=fresh)
    assert face.copied("shop") is None
    assert face.copied("default") == {"b"}


def test_a_slow_delete_does_not_undo_a_newer_copy(face: Face) -> None:
    """The issuer's name was given out again while its old copy was being deleted: the new one stays."""
    face.publication.copy(ring("a", issuer="shop"), NOW, stale=fresh)

    def overtaken() -> bool:
        face.publication.copy(ring("newer", issuer="shop"), NOW, stale=fresh)
        return False

    with pytest.raises(LostRace):
        face.publication.copy(replace(ring(issuer="shop"), deleting_since=NOW), NOW, stale=overtaken)
    assert face.copied("shop") == {"newer"}


def test_an_issuer_being_deleted_is_copied_while_it_publishes(face: Face) -> None:
    """Its tokens must stay verifiable until its last key retires."""
    face.publication.copy(replace(ring("a", issuer="shop"), deleting_since=NOW), NOW, stale=fresh)
    assert face.copied("shop") == {"a"}


def test_an_issuer_that_lost_all_its_keys_is_still_an_issuer(face: Face) -> None:
    """Its copy is the empty set, which takes back every key, and not the absence of one."""
    face.publication.copy(ring("revoked"), NOW, stale=fresh)
    face.publication.copy(ring(), NOW, stale=fresh)
    assert face.copied("default") == set()


def test_the_public_url_shows_what_is_published(face: Face) -> None:
    """`seen` answers the kids of the issuer that was asked for."""
    face.store.save(ring("a", "b"))
    face.store.save(ring("c", issuer="shop"))
    assert set(face.publication.seen("default") or ()) == {"a", "b"}
    assert set(face.publication.seen("shop") or ()) == {"c"}


def test_an_issuer_without_a_public_face_shows_no_key(face: Face) -> None:
    """A 404 is an answer: no key is served."""
    seen = face.publication.seen("default")
    assert seen is not None
    assert not seen


def test_an_outage_shows_nothing_at_all(face: Face) -> None:
    """Neither the presence nor the absence of a key may follow from a public URL that does not answer."""
    face.store.save(ring("a"))
    face.break_origin()
    assert face.publication.seen("default") is None


def test_an_invalidation_is_harmless_to_repeat(face: Face) -> None:
    """The same token twice is one invalidation; another token is another one."""
    for token in ("t-1", "t-1", "t-2"):
        face.publication.invalidate("default", token=token)
    assert face.invalidations() == 2
