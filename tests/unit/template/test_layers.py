"""What goes into the layers: the versions that were locked and tested, and nothing else."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.unit.template.cloudformation import ROOT

LOCK = {package["name"]: package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
LAYERS = {
    "core": {"cryptography", "cffi", "pycparser"},
    "aws": {"aws-lambda-powertools", "pyjwt", "jmespath", "typing-extensions"},
}


def pins(layer: str) -> dict[str, tuple[str, set[str]]]:
    """Version and hashes of each requirement."""
    text = (ROOT / "layers" / layer / "requirements.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if "==" in line]
    found = [re.fullmatch(r"([\w-]+)==([\w.]+).*", line) for line in lines]
    return {
        match[1]: (match[2], set(re.findall(r"--hash=(sha256:\w+)", line)))
        for match, line in zip(found, lines, strict=True)
        if match
    }


@pytest.mark.parametrize(("layer", "names"), LAYERS.items())
def test_layers_hold_what_was_locked(layer: str, names: set[str]) -> None:
    """Each pin has the version and the hashes of uv.lock; boto3 is the runtime's."""
    assert pins(layer).keys() == names
    for name, (version, hashes) in pins(layer).items():
        package = LOCK[name]
        locked = {wheel["hash"] for wheel in package["wheels"]} | {package["sdist"]["hash"]}
        assert (version, hashes) == (package["version"], locked), f"renew {layer}/requirements.txt: {name}"


@pytest.mark.parametrize(
    "makefile", sorted(ROOT.glob("layers/*/Makefile")), ids=lambda path: path.parent.name
)
def test_layers_are_built_from_hashed_wheels(makefile: Path) -> None:
    """Both ways of building, with uv and with pip, refuse what is not pinned by hash or must be compiled."""
    text = makefile.read_text()
    assert text.count("--require-hashes") == text.count("--only-binary :all:") == text.count("--no-deps") == 2
