"""The start of an authorizer for Node.js, beside ours by wall time: Node compiles on several threads."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.markdown import table
from benchmarks.processes import Sample, column
from benchmarks.progress import step
from benchmarks.section import ROOT, Effort
from benchmarks.spread import Spread, ratios
from benchmarks.subjects import AUDIENCE, PEERS
from tests.fakes.token_service import BASE_URL

NODE_MODULES: Final = ROOT / "tests" / "interop" / "node" / "node_modules"


def node_start(samples: Mapping[str, Sequence[Sample]], effort: Effort) -> Sequence[str]:
    """A heading and a table; nothing where there is no Node.js."""
    if not NODE_MODULES.exists():
        return ()
    environment = {"ISSUER": BASE_URL, "AUDIENCE": AUDIENCE, "JWKS_URI": f"{BASE_URL}/.well-known/jwks.json"}
    bare, peer = [], []
    with tempfile.TemporaryDirectory() as scratch:
        # Node looks for packages beside the program.
        (Path(scratch) / "node_modules").symlink_to(NODE_MODULES)
        (Path(scratch) / "authorizer.mjs").write_text((PEERS / "authorizer.mjs").read_text())
        (Path(scratch) / "bare.mjs").write_text("export async function handler() { return {}; }\n")
        for _ in step("Node.js", range(effort.rounds)):
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
