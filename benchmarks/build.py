"""The real artifacts: what `sam build` makes, zipped as `sam deploy` would, unpacked as Lambda does."""

from __future__ import annotations

import io
import os
import platform
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Final

from filelock import FileLock

from benchmarks.progress import say
from benchmarks.section import ROOT
from local.deploy import SAM
from local.place import TOOLS

CORE: Final = "CoreLayerX86" if platform.machine().lower() in ("x86_64", "amd64") else "CoreLayerArm64"
FUNCTIONS: Final = {
    "authorizer": ("AuthorizerFunction", (CORE,)),
    "jwks": ("JwksFunction", (CORE, "AwsLayer")),
    "signer": ("SignerFunction", (CORE, "AwsLayer")),
    "prover": ("ProverFunction", (CORE, "AwsLayer")),
    "rotation": ("RotationFunction", (CORE, "AwsLayer")),
    "whoami": ("WhoamiFunction", ()),
}
"""The logical ids of each function and of its layers, in the order in which Lambda unpacks them."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def sam_build(target: Path) -> Path:
    """Build everything anew into `target`; nothing is taken from a cache."""
    say("building the functions and layers")
    path = os.pathsep.join([str(TOOLS / "uv" / "bin"), str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    command = [SAM, "build", "--no-cached", "--build-dir", str(target)]
    with FileLock(ROOT / ".local" / "build.lock"):
        subprocess.run(  # noqa: S603 - the project's own SAM CLI
            command,
            cwd=ROOT,
            env=os.environ | {"PATH": path, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"},
            check=True,
            capture_output=True,
        )
    return target


def zipped(folder: Path) -> bytes:
    """The archive that is uploaded; equal trees are equal bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for file in files(folder):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, file.stat().st_mode << 16
            writer.writestr(entry, file.read_bytes())
    return archive.getvalue()


def files(folder: Path) -> list[Path]:
    """All files below, in one order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def unpacked(build: Path, code: Path, layers: tuple[str, ...], target: Path) -> tuple[Path, Path]:
    """A function's `/var/task` and `/opt/python` below `target`."""
    task, opt = target / "task", target / "opt"
    shutil.copytree(code, task)
    for layer in layers:
        with zipfile.ZipFile(io.BytesIO(zipped(build / layer))) as archive:
            archive.extractall(opt)
    return task, opt / "python"
