"""Webhooks: who gets what, signed how, over which connection."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.clock import SettableClock
from tests.workers.acting import TEXT, dispatched, units
from tests.workers.conftest import Open
from tests.workers.gateways.conftest import StandIn, tell
from workers.compose import House
from workers.gateways.addresses import target_of
from workers.gateways.deliverer import Deliverer
from workers.gateways.outcome import Away, Delivered, Outcome
from workers.gateways.post import post
from workers.gateways.subscriptions import ALL, NoSubscription, Subscription
from workers.gateways.webhooks import Webhooks

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def house(open_house: Open, store_url: str, standin: StandIn) -> House:
    """A house that may call the stand-in, which is inside and without TLS."""
    return open_house(outbox=store_url, webhook_allow=f"127.0.0.1:{standin.port}")


def hook(house: House, standin: StandIn, recipient: str = ALL, kinds: tuple[str, ...] = ()) -> Subscription:
    allowed = house.settings.allowed_hosts
    return house.outbox.subscriptions.add(recipient, standin.url, house.now(), kinds=kinds, allowed=allowed)


def errands(house: House, ticket: UUID, subscription: Subscription) -> list[str]:
    return [e.status for e in house.outbox.errands.of_ticket(ticket) if e.subscription == subscription.id]


def test_a_unit_is_told_what_its_tray_shows_and_signed(house: House, standin: StandIn, clock: SettableClock) -> None:
    """The signature is over exactly the bytes sent; nothing of the request's words or the caller is in them."""
    lead, co, *_ = units(house)
    mine, all_ = hook(house, standin, f"unit:{lead}"), hook(house, standin, kinds=("dispatched",))
    other = hook(house, standin, f"unit:{co}", kinds=("urged",))
    ticket = dispatched(house)
    tell(house)
    standin.start()
    Deliverer(house, Webhooks(house)).step()
    Deliverer(house, Webhooks(house)).step()
    assert errands(house, ticket, mine) == ["delivered"]
    assert errands(house, ticket, all_) == ["delivered", "delivered"]
    assert errands(house, ticket, other) == []
    keys = {e.key: e for e in house.outbox.errands.of_ticket(ticket)}
    for told in standin.requests():
        headers, raw = told["headers"], told["headers"]["raw"]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{raw}".encode()
        subscription = house.outbox.subscriptions.find(keys[headers["webhook-id"]].subscription or UUID(int=0))
        assert subscription is not None
        secret = base64.b64decode(house.outbox.subscriptions.secret(subscription).removeprefix("whsec_"))
        expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert json.loads(raw)["type"] == "unit_notice.dispatched"
        assert json.loads(raw)["data"]["number"] in json.loads(raw)["data"]["text"]
        assert TEXT[:6] not in raw
    log = house.outbox.delivery_log(house.outbox.errands.of_ticket(ticket)[-1].fact_id)
    assert [status for who, status, _ in log if who == mine.line] == ["waiting", "delivered"]


def test_a_repeat_has_the_same_id_and_words_and_another_signature(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """So that the receiver knows it for one, and still can refuse what is too old."""
    hook(house, standin)
    dispatched(house)
    tell(house)
    standin.start(orders="fail,fail,drop")
    deliverer = Deliverer(house, Webhooks(house), chance=Random(1))
    for _ in range(20):
        deliverer.step()
        clock.advance(minutes=0.5)
    told = standin.requests()
    assert len({t["headers"]["webhook-id"] for t in told}) == 2 == len(standin.accepted())
    assert len(told) == 5
    first = [t["headers"] for t in told if t["headers"]["webhook-id"] == told[0]["headers"]["webhook-id"]]
    assert len({t["raw"] for t in first}) == 1
    assert len({t["webhook-signature"] for t in first}) == len(first)


def test_who_is_gone_or_has_ended_gets_nothing_more(house: House, standin: StandIn, clock: SettableClock) -> None:
    """An ended subscription's errands are dropped, and no new ones are written."""
    one = hook(house, standin)
    first = dispatched(house)
    tell(house)
    assert house.outbox.subscriptions.end(one.id, clock())
    assert not house.outbox.subscriptions.end(one.id, clock())
    standin.start()
    deliverer = Deliverer(house, Webhooks(house))
    while deliverer.step():
        pass
    second = dispatched(house)
    tell(house)
    assert set(errands(house, first, one)) == {"dropped"}
    assert errands(house, second, one) == []
    assert standin.requests() == []


def test_nobody_inside_is_called_even_if_a_name_turns_to_him(
    open_house: Open, standin: StandIn, clock: SettableClock
) -> None:
    """A public name that later resolves to loopback: the errand fails and the machine inside hears nothing."""
    house = open_house()
    rebound = house.outbox.subscriptions.add(ALL, f"https://public.example:{standin.port}/x", clock())
    ticket = dispatched(house)
    tell(house)
    standin.start()
    Deliverer(house, Webhooks(house, lookup=lambda host, port: ["127.0.0.1"])).step()
    assert errands(house, ticket, rebound)[0] == "failed"
    assert {e.reason for e in house.outbox.errands.of_ticket(ticket) if e.status == "failed"} == {"inside"}
    assert standin.requests() == []


@pytest.mark.parametrize(
    ("target", "kinds"),
    [("mailto:not an address", ()), ("mailto:a@b.example?bcc=c@d.example", ()), ("https://a.example/", ("no_such",))],
)
def test_what_cannot_be_subscribed(house: House, clock: SettableClock, target: str, kinds: tuple[str, ...]) -> None:
    """A mailbox that is none, one with more in it, and a kind nobody sends."""
    with pytest.raises(NoSubscription):
        house.outbox.subscriptions.add(ALL, target, clock(), kinds=kinds)
    assert house.outbox.subscriptions.all() == []


def test_another_secret_for_the_asking_and_none_in_the_store(
    open_house: Open, tmp_path: Path, clock: SettableClock
) -> None:
    """Turning it gives another; neither lies in any file."""
    house = open_house()
    one = house.outbox.subscriptions.add(ALL, "https://a.example/", clock())
    first = house.outbox.subscriptions.secret(one)
    turned = house.outbox.subscriptions.turn(one.id)
    assert turned is not None
    second = house.outbox.subscriptions.secret(turned)
    assert first != second
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (first, second):
        raw = base64.b64decode(secret.removeprefix("whsec_"))
        assert raw not in held
        assert raw.hex().encode() not in held
        assert secret.encode() not in held


# -- the connection --------------------------------------------------------------------------------------------------
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
