"""Install what a make target needs, on a machine that has python3 (3.9 or later) and nothing else of ours.

Runs on the machine's own Python, so it uses the standard library only and no newer syntax.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

UV_VERSION = "0.13.9"
ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = TOOLS / "uv" / "bin" / "uv"
LOG = TOOLS / "bootstrap.log"
# What `uv sync` installs, and into which directory.
ENVIRONMENTS = {
    "venv": (".venv", ["--extra", "aws", "--extra", "cli"], "the project and its test tools"),
    "emulator": (".tools/emulator", ["--only-group", "emulator"], "the embedded AWS"),
    "sam": (".tools/sam", ["--only-group", "sam"], "AWS SAM CLI"),
    "checkov": (".tools/checkov", ["--only-group", "checkov"], "checkov"),
    "fuzz": (".tools/fuzz", ["--only-group", "fuzz"], "the fuzzer"),
    "benchmarks": (".tools/benchmarks", ["--only-group", "benchmarks"], "the libraries to compare with"),
    "interop": (".tools/interop", ["--only-group", "interop"], "Envoy"),
}
SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Amazon Linux
    "/etc/ssl/cert.pem",  # macOS
)
# The sentences that a newcomer can act on, and the words by which a tool's failure is known.
NO_PYTHON = "Python 3.13 is neither installed nor could be downloaded: install it and try again."
NO_VENV = "this python3 has no 'venv' module: install it (on Debian: apt-get install python3-venv)."
NO_NETWORK = "the package registry cannot be reached: is there a network, or a proxy to set?"
CAUSES = {
    "No interpreter found": NO_PYTHON,
    "No module named venv": NO_VENV,
    "ensurepip is not available": NO_VENV,
    "No matching distribution": NO_NETWORK,
    "Failed to fetch": NO_NETWORK,
    "error sending request": NO_NETWORK,
    "npm error network": NO_NETWORK,
    "SELF_SIGNED_CERT_IN_CHAIN": "npm does not trust the network's certificate: set NODE_EXTRA_CA_CERTS.",
    "No space left": "the disk is full.",
    "lockfile": "uv.lock does not match pyproject.toml: run 'uv lock'.",
}


class BootstrapError(Exception):
    """A step failed; the message is the one sentence to print."""


def main(names: list[str]) -> int:
    if sys.version_info < (3, 9):
        print("python3 is %s here; 3.9 or later is needed." % sys.version.split()[0], file=sys.stderr)
        return 1
    try:
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / "lock").open("w") as lock:
            wait_for_others(lock)
            install_uv()
            for name in names:
                install(name)
    except BootstrapError as error:
        print("Cannot set up: %s" % error, file=sys.stderr)
        return 1
    except OSError as error:
        print("Cannot set up: %s: %s." % (error.filename, error.strerror), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the next call goes on.", file=sys.stderr)
        return 130
    return 0


def wait_for_others(lock: IO[str]) -> None:
    """Two calls would install into the same folders at once."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("  waiting for another make that installs ...", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def install_uv() -> None:
    """uv comes from the package registry like everything else, in an environment of its own."""
    if UV.exists() and shell_output([str(UV), "--version"]).startswith("uv %s" % UV_VERSION):
        return
    shutil.rmtree(TOOLS / "uv", ignore_errors=True)
    run("a place for uv", [sys.executable, "-m", "venv", str(TOOLS / "uv")])
    pip = [str(TOOLS / "uv" / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    run("uv %s" % UV_VERSION, [*pip, "install", "--quiet", "--only-binary", ":all:", "uv==%s" % UV_VERSION])


def install(name: str) -> None:
    if name == "node":
        install_node_packages()
        return
    directory, options, label = ENVIRONMENTS[name]
    environment = dict(os.environ, UV_PROJECT_ENVIRONMENT=str(ROOT / directory))
    environment.pop("VIRTUAL_ENV", None)
    run(label, [str(UV), "sync", "--locked", "--no-progress", *options], environment)
    (TOOLS / (name + ".ready")).touch()


def install_node_packages() -> None:
    """For the tests against clients from npm, which are skipped where there is no Node.js."""
    if shutil.which("npm") is None:
        print("  npm is not installed: tests against its packages will be skipped", flush=True)
        return
    command = ["npm", "ci", "--prefix", str(ROOT / "tests" / "interop" / "node")]
    run("packages from npm", [*command, "--ignore-scripts", "--no-audit", "--no-fund"], trusting_system())
    (TOOLS / "node.ready").touch()


def trusting_system() -> dict[str, str]:
    """Node.js brings certificates of its own and, unlike the other tools, asks the system for none."""
    environment = dict(os.environ)
    for bundle in SYSTEM_CERTIFICATES:
        if os.path.exists(bundle):
            environment.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    return environment


def run(label: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run one step with its output in the log, and a sign of life on the terminal."""
    started = time.monotonic()
    with LOG.open("w+") as log:
        process = subprocess.Popen(
            command, cwd=str(ROOT), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        shown = 0.0
        while process.poll() is None:
            time.sleep(0.05)
            elapsed = time.monotonic() - started
            if elapsed - shown >= 5:
                shown = elapsed
                print("  installing %s ... %.0f s" % (label, elapsed), flush=True)
        log.seek(0)
        output = log.read()
    if process.returncode != 0:
        raise BootstrapError(cause(label, output))
    print("  installed %s in %.1f s" % (label, time.monotonic() - started), flush=True)


def cause(label: str, output: str) -> str:
    for words, sentence in CAUSES.items():
        if words in output:
            return sentence
    return "installing %s failed; %s says why." % (label, LOG.relative_to(ROOT))


def shell_output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
