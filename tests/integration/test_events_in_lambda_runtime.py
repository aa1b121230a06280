"""Each sample event of `events/` is a valid input of its function, in the runtime that Lambda has."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.runtime import Runtime
from local.stack import Stack
from local.story import CLAIMS

EVENTS = Path(__file__).parents[2] / "events"
# In the order of their names an issuer is made, then changed; so its deletion goes last.
SAMPLES = sorted(EVENTS.glob("*.json"), key=lambda file: ("delete" in file.stem, file.stem))

# What samples are refused with in a stack that never saw the key or the operation that they name.
REFUSALS: dict[str, set[str | None]] = {
    "rotation-revoke": {None, "UnknownKey"},
    "rotation-rotate": {None, "StandbyNotReady"},
    "rotation-attach-certificate": {"UnknownKey"},
    "rotation-certificate-request": {"UnknownKey"},
    "prover-certificate-request": {"UnknownKey"},
    "prover-probe": {"UnknownKey"},
}

# The samples of the authorizer leave the place of their token open.
BEARER = "Bearer TOKEN"


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_sample_event_is_understood(
    runtime_of: Callable[[str], Runtime], default_issuer: Stack, file: Path
) -> None:
    """A sample event gets an answer, or the one refusal that its made-up names call for."""
    text = file.read_text()
    if BEARER in text:
        text = text.replace(BEARER, f"Bearer {default_issuer.sign(CLAIMS)['token']}")
    answer = runtime_of(file.stem.split("-")[0]).invoke(json.loads(text))
    assert answer.get("errorType") in REFUSALS.get(file.stem, {None}), answer


def test_each_function_has_a_sample() -> None:
    """No function is left without a sample to call it with."""
    folders = {path.parent.name for path in EVENTS.parent.glob("functions/*/app.py")}
    assert {file.stem.split("-")[0] for file in SAMPLES} == folders - {"whoami"}
