"""Takes the pictures of docs/status-page.md anew: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from jwx.ring.policy import RotationPolicy
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.edge import Edge, running_edge
from tests.browser.inspector import Inspector

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
POLICY = RotationPolicy.parse({"algorithms": ["ES256", "RS256"]})


class Picture(NamedTuple):
    """One file."""

    name: str
    scheme: Literal["light", "dark"]
    width: int
    height: int
    tampered: bool


PICTURES = (
    Picture("status-page-light", "light", 900, 1250, False),
    Picture("status-page-dark", "dark", 900, 1250, False),
    Picture("status-page-phone", "light", 390, 900, True),
)


def take(browser: Browser, edge: Edge, picture: Picture) -> None:
    """A tampered token has its last characters changed."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(color_scheme=picture.scheme, viewport=size)  # type: ignore[arg-type]
    inspector = Inspector(context.new_page(), edge)
    token = edge.token(scope="orders:read")
    inspector.verdict(f"{token[:-6]}AAAAAA" if picture.tampered else token, audience="api://orders")
    inspector.page.evaluate("scrollBy(0, -60)")
    inspector.page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def main() -> None:
    """All of them."""
    with running_edge(time.time(), policy=POLICY) as edge, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for picture in PICTURES:
            take(browser, edge, picture)
        browser.close()


if __name__ == "__main__":
    main()
