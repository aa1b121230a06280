"""The one socket of the core, against real servers that behave, lie, drip and hang."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from jwx.verification.deadline import TIMEOUT, Deadline
from jwx.verification.fetched import Fetched, FetchFailed, read_caching
from jwx.verification.https import MAX_SIZE, fetch_json, is_fetchable

pytestmark = pytest.mark.slow  # real seconds pass

BODY = b'{"keys":[]}'


@contextmanager
def server(
    answer: Callable[[socket.socket], None], *, peek: bool = False
) -> Iterator[tuple[str, list[bytes]]]:
    """Answers one connection after another with whatever `answer` sends; records the requests."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        requests.append(connection.recv(65536, socket.MSG_PEEK if peek else 0))
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks", requests
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def http(status: str = "200 OK", body: bytes = BODY, length: int | None = None, **headers: str) -> bytes:
    lines = {"Content-Type": "application/jwk-set+json", "Content-Length": str(length or len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def fetch(answer: bytes, etag: str | None = None) -> Fetched:
    with server(lambda connection: connection.sendall(answer)) as (url, _):
        return fetch_json(url, etag=etag)


def test_an_address_that_does_not_answer_leaves_time_for_the_next() -> None:
    """One dead address of several is no outage: each gets its share of the time that is left."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.socket() as fills_it:
        fills_it.connect(deaf.getsockname())
        dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", deaf.getsockname())

        def resolve(host: str, port: int, _: Deadline) -> list[object]:
            return [dead, *socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

        with server(lambda connection: connection.sendall(http())) as (url, _):
            started = time.monotonic()
            assert fetch_json(url, timeout=1, resolve=resolve).body == BODY
            assert 0.4 < time.monotonic() - started < 1


def test_an_address_that_hangs_in_its_handshake_leaves_time_for_the_next() -> None:
    """TLS is part of an address's share: the second one is asked, and heard, after half of the time."""
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as closed:
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", each.getsockname()) for each in (silent, closed)
        ]
        closed.close()
        begin = time.monotonic()
        with pytest.raises(FetchFailed, match="ConnectionRefusedError"):
            fetch_json("https://issuer.example", timeout=0.6, resolve=lambda host, port, _: addresses)
        assert 0.25 < time.monotonic() - begin < 1.5


def test_a_handshake_that_drips_meets_the_deadline() -> None:
    """Each byte comes in time, and all of them would take seconds."""
    hello = b"\x16\x03\x03\x40\x00" + bytes(40)
    begin = time.monotonic()
    with server(lambda connection: drip(connection, hello)) as (url, _), pytest.raises(FetchFailed):
        fetch_json(url.replace("http://", "https://"), timeout=0.4)
    assert 0.3 < time.monotonic() - begin < 1.5


def test_many_dead_addresses_share_one_deadline() -> None:
    """Each but the last takes half of what is left; the sum is the time of one fetch."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.socket() as fills_it:
        fills_it.connect(deaf.getsockname())
        dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", deaf.getsockname())
        begin = time.monotonic()
        with pytest.raises(FetchFailed, match="TimeoutError"):
            fetch_json("https://issuer.example", timeout=0.5, resolve=lambda host, port, _: [dead] * 20)
        assert 0.45 < time.monotonic() - begin < 1.5


def test_a_document_comes_with_its_caching() -> None:
    """Body, ETag, and the seconds that it is fresh, less its age."""
    answer = http(ETag='"a"', Cache_Control="public, max-age=300", Age="100")
    assert fetch(answer) == Fetched(BODY, '"a"', 200.0, False)


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/jwk-set+json; charset=utf-8", "Application/JSON"]
)
def test_json_may_be_called_by_both_names(media_type: str) -> None:
    """In any case, with parameters."""
    assert fetch(http(Content_Type=media_type)).body == BODY


def test_the_request_is_conditional_when_there_is_a_copy() -> None:
    """And a 304 says that the copy is right."""
    with server(lambda connection: connection.sendall(http("304 Not Modified", b"", ETag='"a"'))) as (
        url,
        asked,
    ):
        assert fetch_json(url, etag='"a"').body is None
    assert b'If-None-Match: "a"\r\n' in asked[0]
    assert asked[0].startswith(b"GET /jwks HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "answer",
    {
        "304 without a copy": http("304 Not Modified", b""),
        "404": http("404 Not Found"),
        "429": http("429 Too Many Requests"),
        "500": http("500 Internal Server Error"),
        "503": http("503 Service Unavailable"),
        "204": http("204 No Content", b""),
        "206": http("206 Partial Content"),
        "301": http("301 Moved Permanently", Location="https://attacker.example/jwks"),
        "302 to itself": http("302 Found", Location="/jwks"),
        "307": http("307 Temporary Redirect", Location="http://127.0.0.1/jwks"),
        "HTML": http(Content_Type="text/html"),
        "plain text": http(Content_Type="text/plain"),
        "no content type": http().replace(b"Content-Type: application/jwk-set+json\r\n", b""),
        "gzip": http(Content_Encoding="gzip"),
        "cut short": http(length=100),
        "too large": http(body=b" " * (MAX_SIZE + 1)),
        "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
        "nothing": b"",
        "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n",
        "chunks without end": http(Transfer_Encoding="chunked").replace(b"Content-Length: 11\r\n", b"")
        + b"zz\r\n",
    }.items(),
    ids=lambda case: case[0],
)
def test_any_other_answer_is_a_failure(answer: tuple[str, bytes]) -> None:
    """No redirect is followed, nothing that is not JSON of bounded size is taken."""
    with pytest.raises(FetchFailed):
        fetch(answer[1])


def test_a_document_of_the_greatest_size_is_taken() -> None:
    """The bound is inclusive."""
    assert len(fetch(http(body=b" " * MAX_SIZE)).body or b"") == MAX_SIZE


def test_a_flood_is_not_read() -> None:
    """An answer without length and end is dropped at the bound."""

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    begin = time.monotonic()
    with server(flood) as (url, _), pytest.raises(FetchFailed, match="more than"):
        fetch_json(url)
    assert time.monotonic() - begin < TIMEOUT


def drip(connection: socket.socket, text: bytes, *, first: bytes = b"") -> None:
    connection.sendall(first)
    for byte in text:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("start", "flood"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"x" * 65536),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        (None, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
    ids=["a chunk of size -1", "chunk extensions", "trailers", "interim answers"],
)
def test_a_flood_beside_the_body_is_not_read_either(start: bytes | None, flood: bytes) -> None:
    """Neither our memory nor our time is the endpoint's: it ends long before the deadline."""

    def answer(connection: socket.socket) -> None:
        if start is not None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + start)
        while True:
            connection.sendall(flood)

    with server(answer) as (url, _), pytest.raises(FetchFailed, match="in all"):
        fetch_json(url, timeout=10)


def test_an_address_of_an_unknown_family_is_passed_over() -> None:
    """Name servers tell of IPv6 also where the machine was built without it."""
    with server(lambda connection: connection.sendall(http())) as (url, _):
        port = int(url.rpartition(":")[2].partition("/")[0])
        ours = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))
        found = fetch_json(url, resolve=lambda *_: [(99, socket.SOCK_STREAM, 0, "", ("::1", port)), ours])
    assert found.body == BODY


@pytest.mark.parametrize(
    "answer",
    {
        "hangs": lambda connection: connection.recv(1),
        "drips its headers": lambda connection: drip(connection, http()),
        "drips its body": lambda connection: drip(connection, b" " * 100, first=http(body=b"", length=100)),
    }.items(),
    ids=lambda case: case[0],
)
def test_the_deadline_is_for_the_whole_exchange(
    answer: tuple[str, Callable[[socket.socket], None]],
) -> None:
    """Not for each read."""
    assert TIMEOUT == 3
    begin = time.monotonic()
    with server(answer[1]) as (url, _):
        with pytest.raises(FetchFailed):
            fetch_json(url, timeout=0.4)
        assert 0.3 < time.monotonic() - begin < 1.5


def test_a_closed_port_is_a_failure() -> None:
    """And no other exception."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchFailed):
        fetch_json(f"http://127.0.0.1:{port}/jwks")


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


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (None, False)),
        ({"cache-control": "max-age=60"}, (60, False)),
        ({"cache-control": "MAX-AGE=60, Must-Revalidate"}, (60, True)),
        ({"cache-control": 'max-age="60"'}, (60, False)),
        ({"cache-control": "s-maxage=60"}, (None, False)),
        ({"cache-control": "max-age=60", "age": "59"}, (1, False)),
        ({"cache-control": "max-age=60", "age": "61"}, (0, False)),
        ({"cache-control": "max-age=60", "age": "x"}, (60, False)),
        ({"cache-control": "max-age=-1"}, (0, False)),
        ({"cache-control": "max-age=1e9"}, (0, False)),
        ({"cache-control": "max-age"}, (0, False)),
        ({"cache-control": "no-store"}, (0, False)),
        ({"cache-control": "no-cache, max-age=60"}, (0, False)),
        ({"cache-control": ",,=,"}, (None, False)),
    ],
    ids=lambda value: str(value)[:50],
)
def test_caching_headers_are_read_as_a_private_cache_reads_them(
    headers: dict[str, str], expected: tuple[float | None, bool]
) -> None:
    """RFC 9111: what makes no sense counts as stale."""
    assert read_caching(headers) == expected
