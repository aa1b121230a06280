"""Bounded load: the authorizer in process, edge and signer on the embedded AWS.

python -m benchmarks.load
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from os import getpid
from typing import Any, Final

from benchmarks.edge_load import edge_load
from benchmarks.goals import Goal, goals_table
from benchmarks.markdown import table
from benchmarks.mixed_traffic import mixed_traffic
from benchmarks.progress import step
from benchmarks.section import FULL, Effort, Section
from local.console import Reporter
from local.environment import bring_up
from local.place import free_place
from local.stack import Stack
from local.story import CLAIMS, first_keys

BATCHES: Final = (1, 10, 100)


def section(effort: Effort) -> Section:
    """All loads; those on the embedded AWS share one deployment."""
    loads = [mixed_traffic(effort.requests)]
    with ExitStack() as undo:
        stack = bring_up(free_place("bench"), Reporter(), owner=getpid(), undo=undo)
        first_keys(stack)
        loads += [edge_load(stack, effort.seconds), signer_load(stack)]
    text = "\n\n".join(text for text, _ in loads)
    return Section(name="load", text=text, goals=[goal for _, goals in loads for goal in goals])


def signer_load(stack: Stack) -> tuple[str, list[Goal]]:
    """Batches of several sizes; on this machine the emulator's KMS is what takes the time."""
    rows, failed = [], 0
    stack.sign(CLAIMS)
    for size in step("load: the signer", BATCHES):
        begun = time.perf_counter()
        answer = _batch(stack, size)
        seconds = time.perf_counter() - begun
        failed += sum("token" not in one for one in answer["tokens"])
        rows.append([f"{size}", f"{seconds * 1e3:.0f}", f"{size / seconds:.0f}"])
    head = ["tokens in one call", "ms", "tokens a second"]
    goals = [Goal(about="tokens that were not signed", value=failed, most=0)]
    title = "**Signer, batches**, on the embedded AWS"
    return "\n\n".join([title, table(head, rows), goals_table(goals)]), goals


def _batch(stack: Stack, size: int) -> Any:
    name = stack.outputs["SignerFunctionName"]
    asked = json.dumps({"tokens": [{"claims": CLAIMS}] * size})
    return json.loads(stack.clients.lambda_.invoke(FunctionName=name, Payload=asked)["Payload"].read())


if __name__ == "__main__":
    print(section(FULL).text)
