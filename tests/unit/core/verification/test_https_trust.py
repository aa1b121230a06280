"""Whom the one socket of the core speaks to: by https alone, and to whom the certificate names."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from jwx.verification.fetched import FetchFailed
from jwx.verification.https import fetch_json, is_fetchable
from tests.fakes.lying_server import http, server


def test_plain_text_on_an_https_url_is_not_listened_to() -> None:
    """No fall-back to anything less."""
    with (
        server(lambda connection: connection.sendall(http())) as (url, _),
        pytest.raises(FetchFailed, match="SSL"),
    ):
        fetch_json(url.replace("http://", "https://"))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    authority = x509.BasicConstraints(ca=True, path_length=None)
    signed = builder.add_extension(alternative, critical=False).add_extension(authority, critical=True)
    pem = signed.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "certificate.pem"
    file.write_bytes(pem)
    return file


@pytest.mark.slow  # three processes
@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        ("localhost", True, "b'{\"keys\":[]}'"),
        ("localhost", False, "FetchFailed"),
        ("127.0.0.1", True, "FetchFailed"),
    ],
)
def test_the_certificate_must_be_trusted_and_of_that_host(
    certificate: Path, host: str, trusted: bool, outcome: str
) -> None:
    """The whole way by TLS, from a process that trusts the certificate or does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(http())

    script = (
        "import sys; from jwx.verification.https import fetch_json, FetchFailed\n"
        "try: print(fetch_json(sys.argv[1]).body)\n"
        "except FetchFailed: print('FetchFailed')"
    )
    environ = os.environ | ({"SSL_CERT_FILE": str(certificate)} if trusted else {})
    with server(answer, peek=True) as (url, _):
        target = url.replace("http://127.0.0.1", f"https://{host}")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", script, target], env=environ, capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == outcome


@pytest.mark.parametrize(
    ("url", "fetchable"),
    [
        ("https://issuer.example.com", True),
        ("https://issuer.example.com:8443/a?b=c", True),
        ("http://localhost:8080/jwks", True),
        ("http://127.0.0.1/jwks", True),
        ("http://[::1]:8080/jwks", True),
        ("http://issuer.example.com", False),
        ("HTTP://localhost/jwks", False),
        ("httpS://issuer.example.com", False),
        ("http://127.0.0.1.attacker.example", False),
        ("http://localhost@attacker.example", False),
        ("https://user:password@issuer.example.com", False),
        ("https://issuer.example.com/#x", False),
        ("https://issuer.example.com\\@attacker.example", False),
        ("https://issuer.example.com/\r\nX: y", False),
        ("https://issuer.example.com/ x", False),
        ("https://[::1", False),
        ("https:///jwks", False),
        ("ftp://issuer.example.com", False),
        ("file:///etc/passwd", False),
        ("HTTPS", False),
        ("", False),
        (None, False),
    ],
)
def test_only_https_is_fetched(url: object, fetchable: bool) -> None:
    """Plain http for this machine only; nothing that two parsers could read two ways."""
    assert is_fetchable(url) is fetchable
    if not fetchable:
        with pytest.raises(FetchFailed, match="not https"):
            fetch_json(str(url))
