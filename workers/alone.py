"""Work that only one process may do at a time: on PostgreSQL whoever holds an advisory lock does it, the others wait.

The lock lives as long as a connection of its own. When its holder ends, however it ends, the next takes over within a
second; when its machine vanishes, the server finds out within some ten. A holder that loses the connection stops at once,
and notices a silent loss (a cut cable) before the server gives the lock away. On SQLite there is one process anyway.
"""

from __future__ import annotations

import select
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog

from workers.running import Work

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger()

TRY_EVERY = 0.5  # seconds between two tries to become the one
LOOK_EVERY = 0.1  # seconds after which a request to stop is passed on
ASK_EVERY = 2.0  # seconds between two questions to the server, for a loss that nothing tells of
GIVE_UP_AFTER = 5_000  # milliseconds without an acknowledgement: with ASK_EVERY less than the server's patience below
_PATIENCE = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 2, "tcp_keepalives_count": 3}
_OURS = 12346
"""First half of our advisory locks; the second half is made of the work's name."""


class Lost(Exception):
    """The connection that holds the lock has gone, and with it the right to do the work."""


class Alone:
    """A piece of work that one process does at a time. `held`: whether it is this one."""

    def __init__(self, url: str, name: str, work: Work) -> None:
        """`url` is the database whose lock decides: the one in which the work leaves its traces."""
        self.name, self._url, self._work = name, url, work
        self.held = False

    def __call__(self, stop: Event) -> None:
        """Wait for the turn, then work until `stop`. Raises Lost, and psycopg.OperationalError while waiting."""
        try:
            if self._url.startswith("sqlite:"):
                self.held = True
                self._work(stop)
            else:
                self._take_turns(stop)
        finally:
            self.held = False

    def _take_turns(self, stop: Event) -> None:
        with _connection(self._url) as connection:
            if not self._wait(connection, stop):
                return
            self.held = True
            log.info("active", work=self.name)
            mine, over, lost = Event(), Event(), Event()
            given = (connection, stop, mine, over, lost)
            watch = Thread(target=_watch, args=given, name=f"lock of {self.name}", daemon=True)
            watch.start()
            try:
                self._work(mine)
            finally:
                self.held = False
                over.set()
                watch.join()
            if lost.is_set():
                raise Lost(self.name)

    def _wait(self, connection: psycopg.Connection[Any], stop: Event) -> bool:
        key = (_OURS, zlib.crc32(self.name.encode()) - 2**31)
        while not stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone()
            if row is not None and row[0]:
                return True
            stop.wait(TRY_EVERY)
        return False


def _watch(connection: psycopg.Connection[Any], stop: Event, mine: Event, over: Event, lost: Event) -> None:
    """Until `over`: set `mine` when all are to stop or the connection is gone; the latter sets `lost` too."""
    import psycopg

    asked = monotonic()
    while not over.is_set():
        try:
            news, _, _ = select.select([connection.fileno()], [], [], LOOK_EVERY)
            if news or monotonic() - asked > ASK_EVERY:  # unasked-for news is the end of the connection
                connection.execute("SELECT 1")
                asked = monotonic()
        except (psycopg.Error, OSError, ValueError):
            lost.set()
            mine.set()
            return
        if stop.is_set():
            mine.set()


@contextmanager
def _connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection for nothing but a lock, on which both sides soon notice that the other is gone."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(url, autocommit=True, connect_timeout=5, tcp_user_timeout=GIVE_UP_AFTER) as connection:
        for name, seconds in _PATIENCE.items():
            connection.execute(SQL("SET {} = {}").format(Identifier(name), seconds))
        yield connection
