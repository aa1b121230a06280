"""The command line against the deployed stack, as an operator who may ask three things of AWS and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from local.clients import Identity
from local.identities import create_user, invoker_of
from local.stack import Stack
from tests.fakes.certificate_authority import leaf, pem, root

pytestmark = pytest.mark.xdist_group("command line")

READS_OUTPUTS = {"Effect": "Allow", "Action": "cloudformation:DescribeStacks", "Resource": "*"}


@dataclass(frozen=True)
class Terminal:
    """Runs `jwx` as its own process, its output no terminal."""

    stack: Stack
    identity: Identity

    def jwx(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        """The output of a command that must end with `code`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        ended = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "jwx_cli", *arguments],
            env=kept
            | self.identity.environment(self.stack.place)
            | {"JWX_STACK": self.stack.place.stack_name},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout if code in (0, 1) else ended.stderr

    def json(self, *arguments: str) -> Any:
        """What it answers to programs."""
        return json.loads(self.jwx(*arguments, "--json"))


@pytest.fixture(scope="module")
def terminal(stack: Stack) -> Terminal:
    may = [
        *invoker_of(stack.outputs["SignerFunctionName"], stack.outputs["RotationFunctionName"]),
        READS_OUTPUTS,
    ]
    return Terminal(stack, create_user(stack.place, f"operator-{os.getpid()}", may))


@pytest.fixture(scope="module")
def issuer(terminal: Terminal) -> str:
    """An issuer of these tests' own, so that they are in nobody's way."""
    name = f"terminal-{os.getpid()}"
    said = terminal.jwx("issuer", "create", name, "--policy", '{"algorithms": ["ES256"]}')
    assert said.startswith(f"The issuer '{name}' is made.")
    return name


def test_status_shows_which_key_signs(terminal: Terminal) -> None:
    """Keys, states and what comes next, plain because it is no terminal."""
    shown = terminal.jwx("status", "--issuer", "default")

    assert shown.startswith(f"default  {terminal.stack.outputs['IssuerUrl']}\n")
    assert "\nactive " in shown
    assert "\x1b" not in shown


def test_every_issuer_is_listed(terminal: Terminal, issuer: str) -> None:
    """By the verb that reads names."""
    assert {"default", issuer} <= set(terminal.json("issuer", "list")["issuers"])


def test_a_token_is_signed_and_accepted(terminal: Terminal, issuer: str) -> None:
    """From one command into the next, verified against what is really published."""
    token = terminal.jwx("token", "--sub", "svc-1", "--aud", "api://orders", "--issuer", issuer)

    said = terminal.jwx("inspect", "-", "--audience", "api://orders", stdin=token)

    assert f"Accepted: {terminal.stack.outputs['IssuerUrl']}/{issuer} signed it." in said


def test_a_revocation_reaches_the_public_url(terminal: Terminal, issuer: str) -> None:
    """It waits until the edge has forgotten the key; then the token is refused, and the reason is known."""
    token = terminal.jwx("token", "--sub", "svc-1", "--aud", "api://orders", "--issuer", issuer)
    before = terminal.json("status", "--issuer", issuer)["issuers"][0]
    (active,) = (key["kid"] for key in before["keys"] if key["state"] == "active")

    said = terminal.jwx("revoke", active, "--issuer", issuer, "--reason", "test", "--yes")

    assert "It is out: KMS, the CDN, the static copy and the public URL were all seen to." in said
    verdict = terminal.jwx("inspect", "-", stdin=token, code=1)
    assert f"Refused (unknown_key): Its key {active} is not in the issuer's JWK Set: it is revoked" in verdict


def test_a_token_is_revoked_by_itself(terminal: Terminal, issuer: str) -> None:
    """It waits until the edge shows the list with it; then this token is refused and its neighbour is not."""
    asked = ("token", "--sub", "svc-1", "--aud", "api://orders", "--issuer", issuer)
    token, other = terminal.jwx(*asked), terminal.jwx(*asked)

    said = terminal.jwx("revoke-token", "-", "--yes", stdin=token)

    assert "It is out: the CDN and the static copy show the list with it." in said
    assert "Refused (revoked_token)" in terminal.jwx("inspect", "-", stdin=token, code=1)
    terminal.jwx("inspect", "-", stdin=other)


def test_a_key_is_certified(terminal: Terminal, issuer: str, tmp_path: Path) -> None:
    """From the request that KMS signs, by way of a CA, into the JWK Set and out of it again."""
    keys = terminal.json("status", "--issuer", issuer)["issuers"][0]["keys"]
    kid = next(key["kid"] for key in keys if key["state"] == "pending")
    of = (kid, "--issuer", issuer)
    csr = x509.load_pem_x509_csr(terminal.jwx("certificate", "request", *of, "-s", f"CN={issuer}").encode())
    assert csr.is_signature_valid
    times = {"start": int(time.time()) - 60, "end": int(time.time()) + 3300}
    own = leaf(csr.public_key(), subject=csr.subject.rfc4514_string(), **times)
    file = tmp_path / "chain.pem"
    file.write_text(pem(own) + pem(root(**times)))

    said = terminal.jwx("certificate", "attach", *of, "--chain", str(file))

    assert said.startswith(f"{kid} is published with 2 certificates until ")
    assert "its certificate expires in 5" in terminal.jwx("status", "--issuer", issuer)
    said = terminal.jwx("certificate", "remove", *of, "--yes")
    assert said.startswith(f"{kid} is published without certificates.")


def test_a_rotation_is_watched(terminal: Terminal, issuer: str) -> None:
    """Inside and public URL agree."""
    (line,) = terminal.jwx("watch", "--issuer", issuer, "--for", "0", "--json").splitlines()

    seen = json.loads(line)
    published = {kid for kid, state in seen["states"].items() if state in ("pending", "active", "retiring")}
    assert set(seen["public"]) == published


def test_a_refusal_is_one_sentence(terminal: Terminal) -> None:
    """Also where the runtime does not tell the error's type."""
    said = terminal.jwx("plan", "--issuer", "nobody", code=3)

    assert said == "jwx: issuer: there is no issuer 'nobody'\n"


def test_another_stack_is_one_sentence(terminal: Terminal) -> None:
    """A misspelt name is found out at once."""
    said = terminal.jwx("status", "--stack", "nothing", code=5)

    assert said.startswith("jwx: There is no stack 'nothing'")


def test_deleting_says_what_follows(terminal: Terminal) -> None:
    """The keys stay published for the tokens that are out."""
    name = f"short-lived-{os.getpid()}"
    terminal.jwx("issuer", "create", name)

    terminal.jwx("issuer", "delete", name, "--yes")

    assert "signs nothing any more" in terminal.jwx("status", "--issuer", name)
