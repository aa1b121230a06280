"""`jwx certificate ...`: a request for a CA, and what the CA answered, in the JWK Set and out of it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.fakes.certificate_authority import leaf, pem, root
from tests.unit.cli.commands.people import Person


def _requested(person: Person, *more: str) -> str:
    return person.jwx("certificate", "request", person.active()[:6], "-s", "CN=issuer.example", *more).out


def _chain(person: Person, **other: Any) -> str:
    """What a CA answers: one file, some words around its certificates."""
    csr, now = x509.load_pem_x509_csr(_requested(person).encode()), person.world.clock()
    times = {"start": now - 60, "end": now + 3600}
    own = leaf(csr.public_key(), subject=csr.subject.rfc4514_string(), **times, **other)
    return f"subject=CN = issuer.example\n{pem(own)}\nissuer\n{pem(root(**times))}"


def test_a_request_is_ready_for_a_ca(person: Person) -> None:
    """PEM and nothing else, so that it can go straight into a file."""
    out = _requested(person)

    assert x509.load_pem_x509_csr(out.encode()).subject.rfc4514_string() == "CN=issuer.example"
    assert out.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")
    assert out.endswith("-----END CERTIFICATE REQUEST-----\n")
    assert json.loads(_requested(person, "--json"))["kid"] == person.active()


def test_a_chain_is_published_until_it_expires(person: Person, tmp_path: Path) -> None:
    """From the CA's file, as it is; the status then shows when it ends."""
    file = tmp_path / "chain.pem"
    file.write_text(_chain(person))

    ended = person.jwx("certificate", "attach", person.active(), "--chain", str(file))

    assert ended.code == 0
    first, *steps = ended.out.splitlines()
    assert first.startswith(f"{person.active()} is published with 2 certificates until 20")
    assert first.endswith("(in 1 h).")
    assert [step.rstrip() for step in steps] == ["done  write the static copy"]
    key = person.world.ring().key(person.active())
    assert key is not None
    assert len(key.certificates) == 2
    assert "its certificate expires in 1 h" in person.jwx("status").out


def test_a_chain_may_come_from_standard_input(person: Person) -> None:
    """For pipes."""
    chain = _chain(person)
    ended = person.jwx("certificate", "attach", person.active(), "-c", "-", "--json", stdin=chain)

    (key,) = (key for key in json.loads(ended.out)["keys"] if key["kid"] == person.active())
    assert key["certified_until"] == person.world.clock() + 3600


def test_certificates_are_taken_away(person: Person) -> None:
    """After a question; the key stays."""
    person.jwx("certificate", "attach", person.active(), "-c", "-", stdin=_chain(person))
    assert person.jwx("certificate", "remove", person.active(), answers="n\n").code == 1

    ended = person.jwx("certificate", "remove", person.active(), answers="y\n")

    assert f"{person.active()} is published without certificates.\n" in ended.out
    key = person.world.ring().key(person.active())
    assert key is not None
    assert key.certificates == ()


def test_the_function_judges_the_chain(person: Person) -> None:
    """Its own words reach the person, with the code for refusals."""
    chain = _chain(person)
    standby = next(key.kid for key in person.world.ring().keys if key.kid != person.active())

    ended = person.jwx("certificate", "attach", standby, "-c", "-", stdin=chain)

    assert ended.code == 3
    assert ended.err == "jwx: InvalidRequest: chain[0]: certifies another key than that of kid\n"


@pytest.mark.parametrize("content", [b"", b"\x30\x82\xff\xfe", b"-----BEGIN CERTIFICATE-----", b"nothing"])
def test_what_is_no_pem_never_reaches_the_stack(person: Person, tmp_path: Path, content: bytes) -> None:
    """With the command that makes it of the other form in use."""
    file = tmp_path / "chain"
    file.write_bytes(content)

    ended = person.jwx("certificate", "attach", "AAAAAA", "-c", str(file))

    assert (ended.code, person.stack.requests) == (2, [])
    assert ended.err.startswith("jwx: --chain: there is no certificate in PEM. Of one in DER, 'openssl ")


def test_a_file_that_is_not_there_is_told(person: Person) -> None:
    """Before anything is asked."""
    ended = person.jwx("certificate", "attach", "AAAAAA", "-c", "/nowhere/chain.pem")

    assert (ended.code, person.stack.requests) == (2, [])
    assert ended.err == "jwx: --chain: /nowhere/chain.pem: No such file or directory.\n"


@pytest.mark.parametrize("verb", [("request", "-s", "CN=a"), ("remove", "--yes")])
def test_an_unknown_key_is_told(person: Person, verb: tuple[str, ...]) -> None:
    """A kid that looks like an option is a kid here too."""
    ended = person.jwx("certificate", *verb, "-w1HhsA67luwoYBZvj6T0B52wqwqD3m5CI8yTdUqJwo")

    assert ended.code == 3
    assert ended.err.startswith("jwx: Which key is '-w1HhsA67luwoYBZvj6T0B52wqwqD3m5CI8yTdUqJwo'?")
