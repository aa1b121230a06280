"""`make lint`: every judge of the code and of the template, all of them heard before the verdict.

python -m local.lint
"""

import subprocess
import sys
import time

from local.place import ROOT

JUDGES = {
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check"],
    "mypy": ["mypy", "layers", "functions", "local", "tests", "cli", "benchmarks"],
    "import-linter": ["lint-imports", "--no-logo"],
    "template": [sys.executable, "-m", "local.lint_template"],
}


def main() -> int:
    """Zero when nobody complains."""
    heard = [passes(name, command) for name, command in JUDGES.items()]
    return 0 if all(heard) else 1


def passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    print(f"{name} ...", flush=True)
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    passed = finished.returncode == 0
    if not passed:
        print(finished.stdout + finished.stderr, flush=True)
    verdict = "ok" if passed else "FAILED"
    print(f"{name}: {verdict} in {time.monotonic() - started:.1f} s", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main())
