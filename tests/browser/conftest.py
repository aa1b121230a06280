"""The status page, open in the browser that all tests of a process share."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.edge import Edge, running_edge
from tests.browser.inspector import Inspector


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the browser says so; `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


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
