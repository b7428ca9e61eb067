"""One request to one address: the certificate is the name's, and nothing the other side does holds us up or leads us on."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workers.gateways.addresses import target_of
from workers.gateways.outcome import Away, Delivered, Outcome
from workers.gateways.post import post

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@contextmanager
def serving(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port at which every connection is given to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listen:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listen.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            try:
                with tls.wrap_socket(connection, server_side=True) if tls else connection as speaking:
                    answer(speaking)
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield listen.getsockname()[1]


def certificate(tmp_path: Path, name: str) -> ssl.SSLContext:
    """A server's context with a certificate of its own making, which also lies in `tmp_path / "ca.pem"`."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "key.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    return context


def heard(connection: socket.socket) -> None:
    """Read the whole request: who closes before that resets the connection."""
    request = b""
    while not request.endswith(b"\r\n\r\n{}"):
        request += connection.recv(65536)


def say(words: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        heard(connection)
        connection.sendall(words)

    return answer


def posted(
    port: int, *, tls: ssl.SSLContext | None = None, name: str = "hook.example", seconds: float = 2.0
) -> Outcome:
    target = target_of(f"{'https' if tls else 'http'}://{name}:{port}/x")
    return post(target, "127.0.0.1", b"{}", {}, NOW, seconds=seconds, tls=tls)


OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def test_the_certificate_is_asked_of_the_name_and_the_connection_goes_to_the_address(tmp_path: Path) -> None:
    """The name resolves nowhere: the address that was looked up is used, and SNI and certificate are the name's."""
    server = certificate(tmp_path, "hook.example")
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with serving(say(OK), server) as port:
        assert posted(port, tls=trusting) == Delivered()
        assert asked == ["hook.example"]
        assert posted(port, tls=trusting, name="other.example") == Away("tls")
        assert posted(port, tls=ssl.create_default_context()) == Away("tls")


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n", Away("http_302")),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", Away("http_401")),
        (b"HTTP/1.1 408 Timeout\r\n\r\n", Away("http_408")),
        (b"HTTP/1.1 503 No\r\nRetry-After: 90\r\n\r\n", Away("http_503", 90.0)),
        (b"HTTP/1.1 429 No\r\nRetry-After: Mon, 02 Mar 2026 01:02:00 GMT\r\n\r\n", Away("http_429", 120.0)),
        (b"HTTP/1.1 429 No\r\nRetry-After: 999999\r\n\r\n", Away("http_429", 3600.0)),
        (b"HTTP/1.1 429 No\r\nRetry-After: soon\r\n\r\n", Away("http_429")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 100_000, Delivered()),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n", Away("unreachable")),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 1_000 + b"\r\n", Away("unreachable")),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Away("unreachable")),
        (b"", Away("unreachable")),
        (OK + OK, Delivered()),
    ],
    ids=range(13),
)
def test_what_an_answer_means(words: bytes, outcome: Outcome) -> None:
    """Redirections are not followed, bodies not read, endless headers not believed."""
    with serving(say(words)) as port:
        assert posted(port) == outcome


def test_a_peer_that_trickles_is_cut_off(tmp_path: Path) -> None:
    """One byte now and then keeps no thread of ours longer than the whole limit, with and without TLS."""
    stop, began = threading.Event(), monotonic()

    def trickle(connection: socket.socket) -> None:
        heard(connection)
        connection.sendall(b"HTTP/1.1 2")
        while not stop.wait(0.05):
            connection.sendall(b"x")

    server = certificate(tmp_path, "hook.example")
    trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    try:
        with serving(trickle) as port:
            assert isinstance(posted(port, seconds=0.5), Away)
        with serving(trickle, server) as port:
            assert isinstance(posted(port, seconds=0.5, tls=trusting), Away)
        assert monotonic() - began < 10  # of a trickle that never ends
    finally:
        stop.set()
