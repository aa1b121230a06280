"""One deployed stack a test session, shared by all its workers."""

import json
import os
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from local.clients import ROOT_IDENTITY, Clients, Identity
from local.console import Reporter
from local.environment import bring_up
from local.errors import LocalError
from local.place import Place, free_place
from local.stack import Stack
from local.story import first_keys


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the stack deploys; `-m "not deploy"` leaves it out."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.deploy)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Stack:
    """The real template in the embedded AWS, with its first keys. It ends with the test run itself."""
    alone = worker_id == "master"
    shared = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    owner = os.getpid() if alone else os.getppid()
    record = shared / "stack.json"
    with FileLock(shared / "stack.lock"):
        if not record.exists():
            record.write_text(json.dumps(_deployed(owner)))
    return _stack_of(record)


def _deployed(owner: int) -> dict[str, object]:
    """A failure is recorded as well, or every worker would try again and fail as slowly."""
    try:
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


@pytest.fixture(scope="session")
def administrator(stack: Stack) -> Clients:
    """Clients that may look behind the scenes, as no caller of the product may."""
    return Clients(stack.place, ROOT_IDENTITY)
