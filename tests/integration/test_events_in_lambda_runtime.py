"""Each sample event of `events/` is a valid input of its function, in the runtime that Lambda has."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.runtime import Runtime

EVENTS = sorted((Path(__file__).parents[2] / "events").glob("*.json"))

# What a sample is refused with in a stack that has never seen the key, token or operation it names.
REFUSALS = {
    "rotation-revoke": "UnknownKey",
}


@pytest.mark.xdist_group("default-issuer")
@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_sample_event_is_understood(runtime_of: Callable[[str], Runtime], file: Path) -> None:
    """A sample event gets an answer, or the one refusal that its made-up names call for."""
    runtime = runtime_of(file.stem.split("-")[0])
    answer = runtime.invoke(json.loads(file.read_text()))
    assert answer.get("errorType") == REFUSALS.get(file.stem), answer
