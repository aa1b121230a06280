"""One deployed stack a test session, shared by all its workers."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from local import cloud
from local.clients import ROOT_IDENTITY, Clients, Identity
from local.console import Reporter
from local.environment import bring_up
from local.errors import LocalError
from local.place import Place, free_place
from local.stack import Stack
from local.story import first_keys

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the stack deploys; `-m "not deploy"` leaves it out."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.deploy)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Stack:
    """The real template in the embedded AWS, with its first keys. It ends with the test run itself."""
    shared = _shared(tmp_path_factory, worker_id)
    owner = os.getpid() if worker_id == "master" else os.getppid()
    record = shared / "stack.json"
    with FileLock(shared / "stack.lock"):
        if not record.exists():
            record.write_text(json.dumps(_deployed(owner)))
    return _stack_of(record)


def _shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this test run that all of its workers see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


def _deployed(owner: int) -> dict[str, object]:
    """A failure is recorded as well, or every worker would try again and fail as slowly."""
    try:
        cloud.sweep("test-")
        with ExitStack() as undo:
            stack = bring_up(free_place(f"test-{owner}"), Reporter(), owner=owner, undo=undo)
            first_keys(stack)
            undo.pop_all()
    except LocalError as error:
        return {"error": str(error)}
    return {"place": asdict(stack.place), "outputs": dict(stack.outputs), "caller": asdict(stack.caller)}


def _stack_of(record: Path) -> Stack:
    found = json.loads(record.read_text())
    if "error" in found:
        pytest.fail(found["error"], pytrace=False)
    place, caller = Place(**found["place"]), Identity(**found["caller"])
    return Stack(place=place, outputs=found["outputs"], caller=caller, clients=Clients(place, caller))


@pytest.fixture
def default_issuer(stack: Stack, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Stack]:
    """The stack, while no other worker changes the keys of its default issuer."""
    with FileLock(_shared(tmp_path_factory, worker_id) / "default-issuer.lock"):
        yield stack


@pytest.fixture(scope="session")
def administrator(stack: Stack) -> Clients:
    """Clients that may look behind the scenes, as no caller of the product may."""
    return Clients(stack.place, ROOT_IDENTITY)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One for all tests of a process, wherever they are: Playwright allows no second one."""
    from tests.browser.chromium import CHROMIUM, chromium

    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with chromium() as started:
        yield started
