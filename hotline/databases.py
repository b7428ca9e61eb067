"""What all databases beside the log have in common: how PostgreSQL is reached, and how a single statement reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import URL, Column, Connection, Dialect, Engine, Select, Table, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, DisconnectionError

K = TypeVar("K")

CONNECTIONS = 10
"""Connections to PostgreSQL that a process keeps for each of its stores.  Some more are opened where that many are at work at
once and closed when they are given back, which costs as much as dozens of quick looks: most of that is the password.  (ours)"""
_MORE = 5
IDLE_SECONDS = 5.0
"""A connection that has rested longer is asked whether it still lives before it is used: a restarted server or a firewall
may have ended it.  To ask each time would double what a quick look costs."""


def connect_postgres(url: str, *, wait_for_disk: bool = True) -> Engine:
    """An engine for ``postgresql://…`` (driver psycopg), whose errors do not repeat what was asked for.

    Without ``wait_for_disk`` the last commits may be lost when the server's machine goes down, whole ones and in order.
    """
    driver = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    if not wait_for_disk:  # beside the options that the address has, which say where the tables are
        driver = driver.update_query_dict({"options": f"{_options(driver)} -c synchronous_commit=off".strip()})
    engine = create_engine(driver, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=_MORE, pool_use_lifo=True)

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def wakes(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("rests_since", monotonic()) > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise DisconnectionError from None  # the pool opens another one

    return engine


def _options(url: URL) -> str:
    given = url.query.get("options", "")
    return given if isinstance(given, str) else " ".join(given)


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """A connection for statements that read and need not see one state: no transaction is begun and ended around them,
    which on PostgreSQL are two journeys for each one that matters, and on SQLite may be a wait for whoever writes."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        yield connection.execution_options(**{"hotline_begin": ""} if sqlite else {"isolation_level": "AUTOCOMMIT"})


def look(engine: Engine, query: Select[Any], given: Mapping[str, Any] = {}) -> list[Any]:
    """The rows of a statement that is carried out again and again, as tuples: keep it, for it is compiled once.  It holds its
    values, or is ``given`` them; lists (``IN``) it can only hold, and then all.  Raises sqlalchemy.exc.DBAPIError."""
    if engine.dialect.name == "sqlite":
        with looking(engine) as connection:
            return list(connection.execute(query, given))
    text, held = _compiled(query, engine.dialect)
    return list(at_once(engine, text, {**held, **given}))


@lru_cache(maxsize=400)
def _compiled(query: Select[Any], dialect: Dialect) -> tuple[str, Mapping[str, Any]]:
    done = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(done), done.params


def at_once(engine: Engine, statement: str, given: Mapping[str, Any]) -> Any:
    """Carry a statement out on PostgreSQL in one journey, as a transaction of its own; returns the driver's cursor.

    What SQLAlchemy does around a statement costs as much again as the journey.  Raises sqlalchemy.exc.DBAPIError.
    """
    lent: Any = None
    connection: Any = None
    errors = engine.dialect.loaded_dbapi.Error
    try:
        lent = engine.raw_connection()
        connection = lent.driver_connection
        connection.autocommit = True
        found = connection.execute(statement, given, prepare=True)
        connection.autocommit = False
    except BaseException as wrong:
        lost = connection is not None and bool(connection.closed)
        if lent is not None:
            lent.invalidate()  # nobody is to get it as it is now
        if not isinstance(wrong, errors):
            raise
        if lost:
            engine.dispose()  # the others will have gone with it
        told: Any = {"hide_parameters": True, "connection_invalidated": lost, "dialect": engine.dialect}
        raise DBAPIError.instance(statement, None, wrong, errors, **told) from None
    lent.close()
    return found


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Column[K]) -> set[K]:
    """Insert rows whose primary key is not there yet; returns the `key` values of those inserted."""
    if not rows:
        return set()
    return set(connection.scalars(_insert_new(connection.dialect.name, table, key), rows))


@cache
def _insert_new(dialect: str, table: Table, key: Column[Any]) -> Any:
    """Made once: to build and compile a statement takes longer than to carry it out."""
    insert = sqlite_insert(table) if dialect == "sqlite" else postgres_insert(table)
    return insert.on_conflict_do_nothing().returning(key)


def begin_with(engine: Engine, usual: str) -> None:
    """Begin SQLite's transactions ourselves, with ``usual`` or what the connection's ``hotline_begin`` says."""

    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("hotline_begin", usual):
            connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)
