"""Carries the invalidations that the emulator records out on the cache of nginx."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

KEY_LINE = b"\nKEY: "
HEAD_OF_FILE = 4096


class Invalidations:
    """Remembers which invalidations were carried out; nginx takes a deleted file for a miss."""

    def __init__(self, cloudfront: "CloudFrontClient", *, distribution_id: str, cache: Path) -> None:
        self._cloudfront = cloudfront
        self._distribution_id = distribution_id
        self._cache = cache
        self._done: set[str] = set()

    def carry_out(self) -> None:
        for identifier in self._recorded() - self._done:
            answer = self._cloudfront.get_invalidation(DistributionId=self._distribution_id, Id=identifier)
            purge(self._cache, answer["Invalidation"]["InvalidationBatch"]["Paths"].get("Items", []))
            self._done.add(identifier)

    def _recorded(self) -> set[str]:
        answer = self._cloudfront.list_invalidations(DistributionId=self._distribution_id)
        return {each["Id"] for each in answer["InvalidationList"].get("Items", [])}


def purge(cache: Path, patterns: Iterable[str]) -> None:
    """Delete the cached answers whose path one of the patterns names, stale copies included."""
    patterns = tuple(patterns)
    for file in cache.rglob("*"):
        if file.is_file() and any(fnmatchcase(_key(file), pattern) for pattern in patterns):
            file.unlink(missing_ok=True)


def _key(file: Path) -> str:
    """The cache key, here the path, stands in clear text in the head of a cache file."""
    try:
        with file.open("rb") as content:
            head = content.read(HEAD_OF_FILE)
    except FileNotFoundError:
        return ""
    return head.partition(KEY_LINE)[2].partition(b"\n")[0].decode()
