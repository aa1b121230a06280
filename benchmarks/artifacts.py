"""What is deployed: its size, and whether it can be built again: `python -m benchmarks.artifacts`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.build import files, sam_build, zipped
from benchmarks.goals import Goal, goals_table
from benchmarks.markdown import table
from benchmarks.progress import say
from benchmarks.section import Section

UNWANTED: Final = ("tests", "test", "boto3", "botocore", "bin")
BYTECODE: Final = ".cpython-313.pyc"


def section(build: Path, again: Path) -> Section:
    """Two builds of the same code, compared byte by byte."""
    say("artifacts: packing and comparing two builds")
    folders = artifacts(build)
    same = {folder.name: digest(folder) == digest(again / folder.name) for folder in folders}
    rows = [
        [
            folder.name,
            _mb(len(zipped(folder))),
            _mb(_size(folder)),
            "the same bytes" if same[folder.name] else "differ",
        ]
        for folder in folders
    ]
    goals = [
        Goal(about="artifacts that differ between two builds", value=len(same) - sum(same.values()), most=0),
        Goal(about="files that nothing needs", value=_all(folders, unwanted), most=0),
        Goal(about="modules that are not compiled ahead", value=_all(folders, uncompiled), most=0),
    ]
    text = "\n\n".join(
        [
            "MB, as uploaded and as unpacked. Built twice without a cache, in different places.",
            table(["", "zipped", "unzipped", "the two builds"], rows),
            _bytecode_share(build),
            goals_table(goals),
        ]
    )
    return Section(name="artifacts", text=text, goals=goals)


def artifacts(build: Path) -> list[Path]:
    """The folder of each layer and function."""
    return sorted(path for path in build.iterdir() if path.is_dir())


def digest(folder: Path) -> str:
    """Of all names and contents."""
    return hashlib.sha256(zipped(folder)).hexdigest()


def unwanted(folder: Path) -> Iterator[str]:
    """Tests, what the runtime brings, programs, and bytecode of other versions."""
    for file in files(folder):
        parts = file.relative_to(folder).parts
        if any(part in UNWANTED for part in parts) or (
            file.suffix == ".pyc" and not file.name.endswith(BYTECODE)
        ):
            yield "/".join(parts)


def uncompiled(folder: Path) -> Iterator[str]:
    """Sources that Lambda would have to compile at each cold start."""
    for file in files(folder):
        if file.suffix == ".py" and not (file.parent / "__pycache__" / f"{file.stem}{BYTECODE}").exists():
            yield str(file.relative_to(folder))


def _bytecode_share(build: Path) -> str:
    compiled = [file for file in files(build) if file.suffix == ".pyc"]
    return (
        f"{len(compiled)} modules are compiled ahead ({_mb(sum(f.stat().st_size for f in compiled))} MB). "
        "What nothing needs: tests, boto3 (the runtime has it), programs, bytecode of other versions."
    )


def _all(folders: list[Path], found_in: Callable[[Path], Iterator[str]]) -> int:
    return sum(1 for folder in folders for _ in found_in(folder))


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in files(folder))


def _mb(size: int) -> str:
    return f"{size / 1e6:.3f}" if size < 1e5 else f"{size / 1e6:.1f}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        print(section(sam_build(Path(one)), sam_build(Path(other))).text)
