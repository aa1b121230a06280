"""Functions in Lambda's own runtime, without Docker: how long their first and second answers take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import Function, Sample
from benchmarks.progress import step
from local.runtime import lambda_runtime


def first_answers(functions: Sequence[Function], *, rounds: int) -> dict[str, list[Sample]]:
    """Wall milliseconds by function; each round starts all of them anew."""
    answers: dict[str, list[Sample]] = {function.name: [] for function in functions}
    for turn in step("Lambda's runtime", range(-1, rounds)):
        for function in functions:
            sample = _started(function)
            if turn >= 0:  # the first fills the caches of the disk
                answers[function.name].append(sample)
    return answers


def _started(function: Function) -> Sample:
    task, python = function.path
    with (
        tempfile.TemporaryDirectory() as scratch,
        lambda_runtime(
            task.name,
            build=task.parent,
            # Its layers' content, merged as in /opt.
            layers=[python.parent.name],
            environment=function.environment,
            scratch=Path(scratch),
        ) as runtime,
    ):
        times = []
        for _ in range(2):
            begun = time.perf_counter()
            answer = runtime.invoke(function.event)
            times.append((time.perf_counter() - begun) * 1e3)
            if isinstance(answer, dict) and "errorType" in answer:
                raise RuntimeError(f"{function.name}: {answer['errorMessage']}")
    return {"first": times[0], "second": times[1]}
