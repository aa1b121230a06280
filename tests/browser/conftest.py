"""A real Chromium, headless; Debian has it as `chromium`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.edge import Edge, running_edge
from tests.browser.inspector import Inspector

CHROMIUM = Path("/usr/bin/chromium")
# Without these it looks for its maker's servers at every start; root has no sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the browser says so; `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    with running_edge(time.time()) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def opened(page: Page, edge: Edge) -> Inspector:
    return Inspector(page, edge)


@pytest.fixture
def inspector(opened: Inspector) -> Iterator[Inspector]:
    """The page, left open between tests as people do; it breaks no rule and asks nobody else."""
    opened.requests.clear()
    yield opened
    opened.refuse_trouble()
