"""The benchmarks run: what they measure is read on a quiet machine, not in a test."""

from __future__ import annotations

import os
import subprocess

import pytest

from benchmarks.edge_load import edge_load
from benchmarks.load import signer_load
from local.place import ROOT, TOOLS
from local.stack import Stack

PYTHON = TOOLS / "benchmarks" / "bin" / "python"
# The section "load" deploys a stack of its own; its parts are tested on the stack of the tests.
SECTIONS = ("verification", "cold_start", "warm_path", "growth", "artifacts")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(not PYTHON.exists(), reason="make bench installs what they compare with")
def test_each_benchmark_runs() -> None:
    """In its smoke form each section comes to its end, and the page is left as it is."""
    page = ROOT / "docs" / "performance.md"
    before = page.read_bytes()
    ran = subprocess.run(  # noqa: S603 - our own program
        [PYTHON, "-m", "benchmarks", "--smoke", *SECTIONS],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([".", "layers/core", "layers/aws"])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert page.read_bytes() == before


def test_the_edge_answers_for_the_origin(default_issuer: Stack) -> None:
    """Nobody gets an error, and of thousands of requests the origin sees a handful.

    The bench wants one in each period, on a stack of its own; this one may have other clients just now.
    """
    text, goals = edge_load(default_issuer, seconds=4)
    (origin,) = (goal for goal in goals if goal.about.startswith("requests that the origin saw"))
    assert [goal for goal in goals if not goal.met and goal is not origin] == [], text
    assert origin.value <= 4 * origin.most, text


def test_the_signer_signs_batches(default_issuer: Stack) -> None:
    """Each token of each batch."""
    text, goals = signer_load(default_issuer)
    assert [goal for goal in goals if not goal.met] == [], text
