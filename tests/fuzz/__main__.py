"""`make fuzz`: each target under atheris, guided by coverage, bounded by SECONDS each and by a seed.

    python -m tests.fuzz            all targets, 20 s each
    python -m tests.fuzz routes     one of them

A failure leaves its input in .local/fuzz/<target>/; add it to the corpus.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "fuzz"
SEED = 20_261_123


def run_all(names: list[str]) -> int:
    """Each in a process of its own: libFuzzer ends the one it runs in."""
    from tests.fuzz.targets import TARGETS

    unknown = set(names) - TARGETS.keys()
    if unknown:
        print(
            f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}", file=sys.stderr
        )
        return 2
    failed = [name for name in names or TARGETS if _run(name) != 0]
    print(f"failed: {', '.join(failed)}" if failed else "no promise was broken")
    return 1 if failed else 0


def _run(name: str) -> int:
    from tests.fuzz.corpus import seeds

    folder = FOLDER / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / "corpus" / f"seed-{number}").write_bytes(seed)
    seconds = os.environ.get("SECONDS_EACH", "20")
    options = [f"-max_total_time={seconds}", f"-seed={SEED}", "-max_len=4096", "-timeout=10"]
    print(f"{name}: {seconds} s", flush=True)
    return subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--one",
            name,
            *options,
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={folder}/",
            str(folder / "corpus"),
        ],
        check=False,
    ).returncode


def run_one(name: str, options: list[str]) -> None:
    """Does not return."""
    import atheris  # type: ignore[import-untyped]  # in an environment of its own

    with atheris.instrument_imports(include=["jwx"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([name, *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(run_all(sys.argv[1:]))
