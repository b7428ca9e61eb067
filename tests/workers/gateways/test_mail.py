"""Mail to units' mailboxes, to a mail server that answers as it is told."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from random import Random

import pytest

from tests.support.clock import SettableClock
from tests.workers.acting import TEXT, dispatched, units
from tests.workers.conftest import Open
from tests.workers.gateways.conftest import tell
from workers.gateways.deliverer import Deliverer
from workers.gateways.errands import Errand
from workers.gateways.mail import Mail


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks just enough SMTP. `refusals` are answers to RCPT, used up one by one."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refusals: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Speaking)


class Speaking(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"RCPT" and self.server.refusals:
                self.wfile.write(self.server.refusals.pop(0))
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def told(open_house: Open, mailbox: Mailbox, clock: SettableClock, scheme: str = "smtp+plain") -> list[Errand]:
    """Two minutes of trying to mail a lead that it was given a ticket; the errands afterwards."""
    port = mailbox.server_address[1]
    house = open_house(smtp_url=f"{scheme}://127.0.0.1:{port}", smtp_from="hotline@city.example")
    house.outbox.subscriptions.add(f"unit:{units(house)[0]}", "mailto:desk@unit.example", clock())
    ticket = dispatched(house)
    tell(house)
    deliverer = Deliverer(house, Mail(house), chance=Random(1))
    for _ in range(12):
        deliverer.step()
        clock.advance(minutes=0.2)
    return [e for e in house.outbox.errands.of_ticket(ticket) if e.way == "mail"]


def test_a_unit_is_mailed_what_its_tray_shows(open_house: Open, mailbox: Mailbox, clock: SettableClock) -> None:
    """In both languages; the Message-ID is the errand's key, and the subject tells nothing."""
    (errand,) = told(open_house, mailbox, clock)
    (raw,) = mailbox.mails
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text = mail.get_body()
    assert text is not None
    words = text.get_content()
    assert errand.status == "delivered"
    assert mail["Message-ID"] == f"<{errand.key}@city.example>"
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (
        "desk@unit.example", "hotline@city.example", "auto-generated",
    )  # fmt: skip
    assert "新工单" in words
    assert "New ticket" in words
    assert not any(ch.isdigit() for ch in mail["Subject"].replace("12345", ""))
    assert TEXT[:6] not in words


def test_a_server_that_is_busy_is_asked_again(open_house: Open, mailbox: Mailbox, clock: SettableClock) -> None:
    """450 and 421 are for now: the same mail goes later, once."""
    mailbox.refusals = [b"450 later\r\n", b"421 away\r\n"]
    (errand,) = told(open_house, mailbox, clock)
    assert (errand.status, errand.tries, len(mailbox.mails)) == ("delivered", 2, 1)


def test_a_mailbox_that_is_none_is_not_tried_again(open_house: Open, mailbox: Mailbox, clock: SettableClock) -> None:
    """550 is for ever."""
    mailbox.refusals = [b"550 no such user\r\n"]
    (errand,) = told(open_house, mailbox, clock)
    assert (errand.status, errand.reason, mailbox.mails) == ("failed", "smtp_550", [])


def test_nothing_is_said_in_the_clear_where_tls_is_asked_for(
    open_house: Open, mailbox: Mailbox, clock: SettableClock
) -> None:
    """`smtp://` to a server that offers no STARTTLS: nothing is sent, and the mail waits."""
    (errand,) = told(open_house, mailbox, clock, scheme="smtp")
    assert (errand.status, errand.reason) == ("waiting", "unreachable")
    assert mailbox.mails == []
