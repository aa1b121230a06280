"""Cold starts, as whole processes and in Lambda's runtime: `python -m benchmarks.cold_start`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from benchmarks.build import FUNCTIONS
from benchmarks.charts import bars
from benchmarks.goals import Goal, goals_table
from benchmarks.imports import imports_table
from benchmarks.in_runtime import first_answers
from benchmarks.markdown import image, table
from benchmarks.node_start import node_start
from benchmarks.processes import Sample, column, measured
from benchmarks.section import FULL, Effort, Section
from benchmarks.small_aws import small_aws
from benchmarks.spread import Spread, ratios
from benchmarks.subjects import subjects

WARM_REQUESTS: Final = 50
LABELS: Final = {
    "bare": "bare handler",
    "floor_authorizer": "floor: JSON, HTTPS, one kind of key",
    "authorizer": "**authorizer**",
    "keyed_authorizer": "**authorizer**, its kind of key loaded too",
    "common_authorizer": "common way: PyJWT, PyJWKClient, Powertools, boto3",
    "floor_jwks": "floor: `boto3.client` of DynamoDB",
    "jwks": "**JWK Set**",
    "common_jwks": "common way: Powertools' resolver, boto3 table",
    "floor_signer": "floor: `boto3.client` of DynamoDB and KMS",
    "signer": "**signer**",
    "common_signer": "common way: PyJWT, Powertools, boto3",
    "prover": "**prover**",
    "rotation": "**rotation**, clients of seven services",
    "whoami": "**whoami**, the example",
}
FLOORS: Final = {
    "authorizer": "floor_authorizer",
    "keyed_authorizer": "floor_authorizer",
    "common_authorizer": "floor_authorizer",
    "jwks": "floor_jwks",
    "common_jwks": "floor_jwks",
    "signer": "floor_signer",
    "common_signer": "floor_signer",
    "prover": "floor_signer",
    "whoami": "bare",
}
GOALS: Final = {
    ("authorizer", "floor_authorizer"): 1.25,
    ("keyed_authorizer", "floor_authorizer"): 1.25,
    ("keyed_authorizer", "common_authorizer"): 0.5,
    ("jwks", "floor_jwks"): 1.15,
    ("signer", "floor_signer"): 1.15,
    ("prover", "floor_signer"): 1.15,
}


def section(build: Path, effort: Effort) -> Section:
    """Measure all and say it."""
    with small_aws() as aws, tempfile.TemporaryDirectory() as scratch:
        functions = subjects(build, aws, Path(scratch))
        samples = measured(functions, rounds=effort.rounds, requests=WARM_REQUESTS)
        deployed = [function for function in functions if "ALSO" not in function.environment]
        answers = first_answers(deployed, rounds=few(effort))
        ours = [function for function in deployed if function.name in FUNCTIONS]
        imports = imports_table(ours, rounds=few(effort))
    goals = [_goal(samples, name, other, most) for (name, other), most in GOALS.items()]
    text = "\n\n".join(
        [
            "CPU milliseconds of a whole process, from the start of the interpreter until the handler is "
            "ready, and until its first answer; median and quartiles.",
            table(["", "ready", "first answer", "modules", "of its floor"], _rows(samples)),
            goals_table(goals),
            image("cold-start", "CPU time until ready and until the first answer"),
            "Milliseconds of imports by what brings them in (`python -X importtime`, whose own work makes "
            "them longer). What is left of a start is the interpreter and, with an SDK, its clients.",
            imports,
            "The same artifacts in Lambda's runtime (the Runtime Interface Emulator and `awslambdaric`, "
            "layers unpacked as to `/opt`): wall milliseconds of the first invoke, which starts the process, "
            "and of the second.",
            table(["", "first invoke", "second invoke", "of its floor", "of bare"], _runtime_rows(answers)),
            *node_start(samples, effort),
            f"Memory in MB: when ready, and at its most after {WARM_REQUESTS} requests more.",
            table(["", "at rest", "at most"], _memory_rows(samples)),
        ]
    )
    return Section(name="cold_start", text=text, charts={"cold-start": _chart(samples)}, goals=goals)


def few(effort: Effort) -> int:
    """Rounds of what takes seconds."""
    return max(1, effort.rounds // 3)


def _rows(samples: dict[str, list[Sample]]) -> list[list[str]]:
    rows = []
    for name, label in LABELS.items():
        ready, first = column(samples[name], "init_cpu"), column(samples[name], "first_cpu")
        modules = f"{samples[name][0]['modules']:.0f}"
        ratio = _of_floor(samples, name, "init_cpu")
        rows.append([label, Spread.of(ready).show(), Spread.of(first).show(), modules, ratio])
    return rows


def _of_floor(samples: dict[str, list[Sample]], name: str, figure: str) -> str:
    """Empty for what has no floor."""
    if name not in FLOORS:
        return ""
    return ratios(column(samples[name], figure), column(samples[FLOORS[name]], figure)).show(2)


def _goal(samples: dict[str, list[Sample]], name: str, other: str, most: float) -> Goal:
    ratio = ratios(column(samples[name], "init_cpu"), column(samples[other], "init_cpu"))
    against = "its floor" if other.startswith("floor") else "the common way"
    return Goal(about=f"{LABELS[name]}: of {against}", value=ratio.middle, most=most, shown=ratio.show(2))


def _runtime_rows(answers: dict[str, list[Sample]]) -> list[list[str]]:
    bare = column(answers["bare"], "first")
    return [
        [
            label,
            Spread.of(column(answers[name], "first")).show(0),
            Spread.of(column(answers[name], "second")).show(1),
            _of_floor(answers, name, "first"),
            ratios(column(answers[name], "first"), bare).show(2),
        ]
        for name, label in LABELS.items()
        if name in answers
    ]


def _memory_rows(samples: dict[str, list[Sample]]) -> list[list[str]]:
    return [
        [
            label,
            *(f"{Spread.of(column(samples[name], figure)).middle:.0f}" for figure in ("rest_mb", "peak_mb")),
        ]
        for name, label in LABELS.items()
    ]


def _chart(samples: dict[str, list[Sample]]) -> bytes:
    def middles(figure: str) -> list[float]:
        return [Spread.of(column(samples[name], figure)).middle for name in LABELS]

    ready = middles("init_cpu")
    then = [first - before for first, before in zip(middles("first_cpu"), ready, strict=True)]
    names = [name.replace("_", ", ") for name in LABELS]
    series = {"until ready": ready, "and the first answer": then}
    return bars("Cold start, CPU ms of a whole process", names, series)


if __name__ == "__main__":
    from benchmarks.build import sam_build

    with tempfile.TemporaryDirectory() as target:
        print(section(sam_build(Path(target)), FULL).text)
