"""Cold starts, as whole processes and in Lambda's runtime: `python -m benchmarks.cold_start`."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.charts import bars
from benchmarks.in_runtime import first_answers
from benchmarks.processes import Sample, column, measured
from benchmarks.section import FULL, ROOT, Effort, Section, image, table
from benchmarks.small_aws import small_aws
from benchmarks.spread import Spread, ratios, verdict
from benchmarks.subjects import AUDIENCE, PEERS, subjects
from tests.fakes.token_service import BASE_URL

NODE_MODULES: Final = ROOT / "tests" / "interop" / "node" / "node_modules"
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
    "rotation": "**rotation**, clients of seven services",
}
GOALS: Final = {
    ("authorizer", "floor_authorizer"): 1.25,
    ("keyed_authorizer", "floor_authorizer"): 1.25,
    ("keyed_authorizer", "common_authorizer"): 0.5,
    ("jwks", "floor_jwks"): 1.15,
    ("signer", "floor_signer"): 1.15,
}


def section(build: Path, effort: Effort) -> Section:
    """Measure all and say it."""
    with small_aws() as aws, tempfile.TemporaryDirectory() as scratch:
        functions = subjects(build, aws, Path(scratch))
        samples = measured(functions, rounds=effort.rounds, requests=WARM_REQUESTS)
        deployed = [function for function in functions if "ALSO" not in function.environment]
        answers = first_answers(deployed, rounds=max(1, effort.rounds // 3))
    text = "\n\n".join(
        [
            "CPU milliseconds of a whole process, from the start of the interpreter until the handler is "
            "ready, and until its first answer; median and quartiles.",
            table(["", "ready", "first answer", "modules", "of its floor"], _rows(samples)),
            table(["goal", "measured", ""], _goals(samples)),
            image("cold-start", "CPU time until ready and until the first answer"),
            "The same artifacts in Lambda's runtime (the Runtime Interface Emulator and `awslambdaric`, "
            "layers unpacked as to `/opt`): wall milliseconds of the first invoke, which starts the process, "
            "and of the second.",
            table(["", "first invoke", "second invoke", "first, of bare"], _runtime_rows(answers)),
            *_node(samples, effort),
            f"Memory in MB: when ready, and at its most after {WARM_REQUESTS} requests more.",
            table(["", "at rest", "at most"], _memory_rows(samples)),
        ]
    )
    return Section(name="cold_start", text=text, charts={"cold-start": _chart(samples)})


def _rows(samples: dict[str, list[Sample]]) -> list[list[str]]:
    rows = []
    for name, label in LABELS.items():
        ready, first = column(samples[name], "init_cpu"), column(samples[name], "first_cpu")
        floor = f"floor_{name.rpartition('_')[2]}"
        ratio = ratios(ready, column(samples[floor], "init_cpu")).show(2) if floor in samples else ""
        modules = f"{samples[name][0]['modules']:.0f}"
        rows.append([label, Spread.of(ready).show(), Spread.of(first).show(), modules, ratio])
    return rows


def _goals(samples: dict[str, list[Sample]]) -> list[list[str]]:
    rows = []
    for (name, other), goal in GOALS.items():
        ratio = ratios(column(samples[name], "init_cpu"), column(samples[other], "init_cpu"))
        against = "its floor" if other.startswith("floor") else "the common way"
        rows.append([f"{LABELS[name]}: of {against}", ratio.show(2), verdict(ratio.middle, goal)])
    return rows


def _runtime_rows(answers: dict[str, list[Sample]]) -> list[list[str]]:
    bare = column(answers["bare"], "first")
    return [
        [
            label,
            Spread.of(column(answers[name], "first")).show(0),
            Spread.of(column(answers[name], "second")).show(1),
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


def _node(samples: dict[str, list[Sample]], effort: Effort) -> Sequence[str]:
    """Wall time, since Node compiles on several threads; beside ours in Python by wall time too."""
    if not NODE_MODULES.exists():
        return ()
    environment = {"ISSUER": BASE_URL, "AUDIENCE": AUDIENCE, "JWKS_URI": f"{BASE_URL}/.well-known/jwks.json"}
    bare, peer = [], []
    with tempfile.TemporaryDirectory() as scratch:
        # Node looks for packages beside the program.
        (Path(scratch) / "node_modules").symlink_to(NODE_MODULES)
        (Path(scratch) / "authorizer.mjs").write_text((PEERS / "authorizer.mjs").read_text())
        (Path(scratch) / "bare.mjs").write_text("export async function handler() { return {}; }\n")
        for _ in range(effort.rounds):
            bare.append(_node_ready(Path(scratch) / "bare.mjs", environment))
            peer.append(_node_ready(Path(scratch) / "authorizer.mjs", environment))
    ours, ours_bare = (column(samples[name], "init_wall") for name in ("authorizer", "bare"))
    rows = [
        ["bare handler, Node", Spread.of(bare).show(0), ""],
        ["authorizer on aws-jwt-verify, Node", Spread.of(peer).show(0), ratios(peer, bare).show(2)],
        ["bare handler, Python", Spread.of(ours_bare).show(0), ""],
        ["**authorizer**, Python", Spread.of(ours).show(0), ratios(ours, ours_bare).show(2)],
    ]
    return (
        "Beside Node: wall milliseconds of a whole process until the handler is ready.",
        table(["", "ready", "of its bare handler"], rows),
    )


def _node_ready(program: Path, environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own script
        ["node", program],  # noqa: S607 - whichever Node.js is on PATH
        env={"PATH": os.environ["PATH"], **environment},
        check=True,
        capture_output=True,
    )
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    from benchmarks.build import sam_build

    with tempfile.TemporaryDirectory() as target:
        print(section(sam_build(Path(target)), FULL).text)
