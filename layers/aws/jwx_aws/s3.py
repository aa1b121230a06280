"""The static copy of the published documents: the CDN's second origin, for when the first is down.

Two runs may write at once, and the slower one may hold an older key ring. So each object's ETag is read
before the ring is checked for staleness, and each write is conditional on it: whoever was overtaken fails.
An ETag is a digest of the content, and content may come back (a key is imported, then expires): random
white space behind the JSON makes each body, and so each ETag, appear once only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from jwx.errors import LostRace, PublicationUnavailable
from jwx.publishing.publication import caching, documents, media_type, paths
from jwx.ring.keyring import KeyRing
from jwx.ring.public_face import vanished
from jwx_aws.aws_errors import code, failing_as

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING: Final = {"404", "NoSuchKey", "NotFound"}
_OVERTAKEN: Final = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409", *_MISSING}
_WHITE_SPACE: Final = b" \t\n\r"
_NONCE_BITS: Final = 64


class StaticCopy:
    """Writes and deletes the objects of an issuer; their keys are the paths of their URLs."""

    def __init__(
        self,
        s3: S3Client,
        *,
        bucket: str,
        base_url: str,
        jwk_set_type: str,
        new_nonce: Callable[[], int] = lambda: secrets.randbits(_NONCE_BITS),
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._base_url = base_url
        self._jwk_set_type = jwk_set_type
        self._new_nonce = new_nonce

    @property
    def place(self) -> str:
        """A digest of where the documents are written and of what they say beside the key ring."""
        parts = "\n".join((self._bucket, self._base_url, self._jwk_set_type))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def write(self, ring: KeyRing, now: int, *, stale: Callable[[], bool]) -> None:
        """Raises LostRace when `stale` says so or another writer came first; PublicationUnavailable."""
        fences = {path: self._etag(path) for path in paths(ring.issuer)}
        if stale():
            raise LostRace(f"issuer: {ring.issuer!r} was changed before its copy was written")
        try:
            self._replace(ring, now, fences)
        except ClientError as error:
            raise LostRace(f"issuer: the copy of {ring.issuer!r} was overtaken ({code(error)})") from None

    def _replace(self, ring: KeyRing, now: int, fences: dict[str, str | None]) -> None:
        """An issuer that vanished has no documents: an empty JWK Set would say that it still exists."""
        if vanished(ring, now):
            for path, fence in fences.items():
                self._delete(path, fence)
            return
        names = paths(ring.issuer)
        for path, body in documents(ring, base_url=self._base_url, now=now).items():
            kind = media_type(names[path], self._jwk_set_type)
            headers = {"ContentType": kind, "CacheControl": caching(ring, names[path], now)}
            self._put(path, body, fences[path], **headers)

    def _etag(self, path: str) -> str | None:
        try:
            with failing_as(PublicationUnavailable, "S3 HeadObject", but=_MISSING):
                return self._s3.head_object(Bucket=self._bucket, Key=path)["ETag"]
        except ClientError:
            return None

    def _put(self, path: str, body: bytes, fence: str | None, **headers: Any) -> None:
        condition: Any = {"IfNoneMatch": "*"} if fence is None else {"IfMatch": fence}
        unique = body + _white_space(self._new_nonce())
        with failing_as(PublicationUnavailable, "S3 PutObject", but=_OVERTAKEN):
            self._s3.put_object(Bucket=self._bucket, Key=path, Body=unique, **headers, **condition)

    def _delete(self, path: str, fence: str | None) -> None:
        if fence is not None:
            with failing_as(PublicationUnavailable, "S3 DeleteObject", but=_OVERTAKEN - _MISSING):
                self._s3.delete_object(Bucket=self._bucket, Key=path, IfMatch=fence)


def _white_space(nonce: int) -> bytes:
    """Two bits a character, of the four that RFC 8259 section 2 allows around a value."""
    return bytes(_WHITE_SPACE[nonce >> shift & 3] for shift in range(0, _NONCE_BITS, 2))
