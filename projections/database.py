"""How the stores of this room are opened: one way for SQLite and PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event

from hotline.databases import begin_with, connect_postgres

BUSY_SECONDS = 10.0
"""How long a statement waits for another writer."""


def connect(url: str, *, synchronous: Literal["NORMAL", "FULL"]) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql://…`` (driver psycopg).

    ``synchronous`` is called as SQLite does: FULL outlives a power cut with every commit, NORMAL may lose the last ones.
    """
    if not url.startswith("sqlite:"):
        return connect_postgres(url, wait_for_disk=synchronous == "FULL")
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 would begin on its own, and not for every statement
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "cache_size=-16000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    begin_with(engine, "BEGIN")
    return engine


def is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; on SQLite it takes its turn at the start, so that it never fails half-way."""
    with engine.connect() as opened:
        connection = opened.execution_options(hotline_begin="BEGIN IMMEDIATE")
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one unchanging state."""
    unchanging = engine if is_sqlite(engine) else engine.execution_options(isolation_level="REPEATABLE READ")
    with unchanging.connect() as connection:
        yield connection


def alone(connection: Connection, key: tuple[int, int]) -> None:
    """Wait until nobody else is in a transaction with this key; on SQLite a writing transaction is alone anyway."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", key)


_LOSSES = ("08", "57P01", "57P02", "57P03")
"""SQLSTATEs of a connection that is gone or cannot be had: broken, or the server is ending or starting."""


def is_loss(failure: BaseException) -> bool:
    """Whether a failure means that PostgreSQL is out of reach, rather than that a statement went wrong."""
    driver = sys.modules.get("psycopg")  # where nobody has loaded it, nothing of it can be lost
    if driver is None:
        return False
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, driver.OperationalError | driver.InterfaceError):
            return cause.sqlstate is None or cause.sqlstate.startswith(_LOSSES)
        cause = cause.__cause__
    return False
