"""The status page's files, and the port by which they get to the edge."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, Protocol

from jwx_cli.exits import CommandFailed, ExitCode

PREFIX: Final = "static/"
PATHS: Final = ("/", "/static/*")
"""What the CDN must forget when they change."""

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class PageFile(NamedTuple):
    """One file as the bucket holds it."""

    key: str
    content_type: str
    body: bytes


class PageHost(Protocol):
    """The port: CommandFailed when AWS cannot be reached."""

    def put(self, bucket: str, file: PageFile) -> None:
        """Write one file."""

    def invalidate(self, distribution_id: str, paths: tuple[str, ...]) -> None:
        """Have the CDN drop its copies."""


def page_files(site: Path) -> list[PageFile]:
    """All files of the folder; the page itself last, so that it never names what is not there yet."""
    if not (site / "index.html").is_file():
        raise CommandFailed(f"There is no index.html in {site}; --site names another folder.", ExitCode.USAGE)
    paths = sorted(path for path in site.iterdir() if path.suffix in TYPES)
    paths.sort(key=lambda path: path.name == "index.html")
    return [PageFile(PREFIX + path.name, TYPES[path.suffix], path.read_bytes()) for path in paths]
