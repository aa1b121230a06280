"""The benchmarks run: what they measure is read on a quiet machine, not in a test."""

from __future__ import annotations

import os
import subprocess

import pytest

from local.place import ROOT, TOOLS

PYTHON = TOOLS / "benchmarks" / "bin" / "python"
# The edge's and the signer's load deploy a stack of their own; other tests do that.
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
