"""Mail to units' mailboxes over SMTP: what a unit's tray shows. The subject says nothing but that there is something.

A mail server knows no idempotency key: the Message-ID is the errand's key, by which a repeat after a lost answer can be
known as one.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from urllib.parse import unquote, urlsplit

from hotline.texts import say
from workers.compose import House
from workers.gateways.errands import Errand
from workers.gateways.outcome import Away, Delivered, Dropped, Outcome, Refused
from workers.outbox import Told

SECONDS = 15.0


class Mail:
    """The mail server named by HOTLINE_SMTP_URL: `smtps://` is TLS from the start, `smtp://` turns it on before anything
    is said (STARTTLS) or gives up, `smtp+plain://` is for a relay on the same machine."""

    way, wakes_people, shared = "mail", False, True

    def __init__(self, house: House, *, tls: ssl.SSLContext | None = None) -> None:
        self._house, self._tls = house, tls
        self._url = urlsplit(str(house.settings.smtp_url))
        self.per_second = house.settings.smtp_per_second

    def carry(self, errand: Errand, now: datetime) -> Outcome:
        """Hand one mail over."""
        outbox = self._house.outbox
        subscription = outbox.subscriptions.find(errand.subscription) if errand.subscription else None
        if subscription is None or subscription.ended is not None:
            return Dropped("ended")
        told = outbox.find(errand.fact_id, errand.recipient)
        if told is None or told.notice is None:
            return Dropped("erased")
        sender = self._house.settings.smtp_from
        mail = letter(told, sender, subscription.target.removeprefix("mailto:"), errand.key, now)
        try:
            with self._server() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            return _of_code(next(iter(refused.recipients.values()))[0])
        except smtplib.SMTPAuthenticationError as refused:
            return Away(f"smtp_{refused.smtp_code}")  # our credentials, not this mail
        except smtplib.SMTPResponseException as answer:
            return _of_code(answer.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Away("unreachable")
        return Delivered()

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        url, context = self._url, self._tls or ssl.create_default_context()
        host = url.hostname or "localhost"
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, url.port or (587 if url.scheme == "smtp" else 25), timeout=SECONDS)
        try:
            if url.scheme == "smtp":
                server.starttls(context=context)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            yield server
        finally:
            server.close()  # QUIT could still fail, and what was accepted is accepted


def letter(told: Told, sender: str, to: str, key: str, now: datetime) -> EmailMessage:
    """The mail itself."""
    mail = EmailMessage(policy=AS_SENT)
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = f"{say('mail.subject', 'zh')} / {say('mail.subject', 'en')}"
    mail["Date"] = now
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    mail.set_content(f"{told.text('zh')}\n\n{told.text('en')}\n")
    return mail


def _of_code(code: int) -> Outcome:
    """5xx is for ever, 4xx is for now (RFC 5321 §4.2.1)."""
    return Refused(f"smtp_{code}") if code >= 500 else Away(f"smtp_{code}")
