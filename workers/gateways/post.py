"""One HTTP request to one address that was chosen before: no redirects, no proxies, bounded in size and time.

Of an answer nothing but the status is of interest to a gateway; a link reads a few bytes of its body too.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Timer

from workers.gateways.addresses import Target
from workers.gateways.outcome import Away, Outcome, of_http

SECONDS = 10.0
"""The longest that one request may take as a whole."""
LARGEST = 64 * 1024
"""The most bytes we send at once."""
LONGEST_WAIT = 3600.0
"""The longest a Retry-After is believed."""


class _Pinned(http.client.HTTPConnection):
    """A connection to a given address, which speaks to (and asks the certificate of) the target's host."""

    def __init__(self, target: Target, address: str, seconds: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._address, self._tls = target, address, tls

    def connect(self) -> None:
        self.sock = plain = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.secure:
            context = self._tls or ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock.do_handshake()  # apart, so that a peer that never finishes it can be cut off too


def post(
    target: Target,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
    *,
    seconds: float = SECONDS,
    tls: ssl.SSLContext | None = None,
) -> Outcome:
    """POST `body` to `target` at `address`. Never raises for what the other side or the network does."""
    try:
        with _asked(target, address, body, headers, seconds, tls) as answer:
            return of_http(answer.status, _seconds(answer.getheader("Retry-After"), now))
    except Unreached as unreached:
        return Away(unreached.reason)


def ask(
    target: Target,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float = SECONDS,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, bytes]:
    """POST `body` likewise; status and the beginning of the answer's body. Raises Unreached."""
    with _asked(target, address, body, headers, seconds, tls) as answer:
        return answer.status, answer.read(LARGEST)


class Unreached(Exception):
    """No answer: `reason` is timeout, tls or unreachable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def _asked(
    target: Target,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    tls: ssl.SSLContext | None,
) -> Iterator[http.client.HTTPResponse]:
    if len(body) > LARGEST:
        raise ValueError("more than one request may hold")
    connection = _Pinned(target, address, seconds, tls)
    try:
        with _no_longer_than(seconds, connection):
            connection.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
            yield connection.getresponse()
    except TimeoutError:
        raise Unreached("timeout") from None
    except ssl.SSLError:
        raise Unreached("tls") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreached("unreachable") from None
    finally:
        connection.close()


@contextmanager
def _no_longer_than(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """A peer that sends a byte now and then keeps every single read short: the whole is bounded here."""

    def cut() -> None:
        with suppress(OSError):  # it may have ended by itself
            if connection.sock is not None:
                # The plain socket's own: that of TLS would take the other thread's session away under its hands.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _seconds(retry_after: str | None, now: datetime) -> float:
    """Retry-After, which is a number of seconds or a date (RFC 9110 §10.2.3); 0 when it is neither."""
    if not retry_after:
        return 0.0
    try:
        wait = float(retry_after) if retry_after.isdigit() else _until(retry_after, now)
    except (ValueError, TypeError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_WAIT)


def _until(date: str, now: datetime) -> float:
    return (parsedate_to_datetime(date) - now).total_seconds()
