"""Functions as whole processes: from the interpreter's start to the first answer, and warm answers after."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.progress import step
from benchmarks.section import ROOT
from local.place import TOOLS

PYTHON: Final = TOOLS / "emulator" / "bin" / "python"
"""An interpreter that has boto3, as Lambda's has, and nothing of the project."""

_DRIVE: Final = ROOT / "benchmarks" / "drive.py"

type Sample = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One that is measured: its folders as on Lambda's path, what it is asked, what it is told."""

    name: str
    path: Sequence[Path]
    event: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def measured(functions: Sequence[Function], *, rounds: int, requests: int) -> dict[str, list[Sample]]:
    """Samples by name; each round runs all of them, so that they share the machine's good and bad times."""
    samples: dict[str, list[Sample]] = {function.name: [] for function in functions}
    for turn in step("whole processes", range(-1, rounds)):
        for function in functions:
            sample = _run(function, requests)
            if turn >= 0:  # the first fills the caches of the disk
                samples[function.name].append(sample)
    return samples


def _run(function: Function, requests: int) -> Sample:
    told = {
        "EVENT": json.dumps(function.event),
        "REQUESTS": str(requests),
        "SPAWNED": str(time.monotonic()),
    }
    figures: Sample = json.loads(ran(function, _DRIVE, told=told).stdout.splitlines()[-1])
    return figures


def ran(
    function: Function, *arguments: str | Path, told: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Python as Lambda starts it for a function, until it ends."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "PYTHONPATH": os.pathsep.join(map(str, function.path)),
        # Lambda cannot write beside the code either.
        "PYTHONDONTWRITEBYTECODE": "1",
        **function.environment,
        **(told or {}),
    }
    ended = subprocess.run(  # noqa: S603 - our own functions
        [PYTHON, "-s", "-P", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{function.name}: {ended.stderr.strip().splitlines()[-1]}")
    return ended


def column(samples: Sequence[Sample], name: str) -> list[float]:
    """One figure of all rounds."""
    return [sample[name] for sample in samples]
