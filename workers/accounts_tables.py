"""The tables of accounts, one definition for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
)

from hotline.databases import connect_postgres

BUSY_SECONDS = 10.0
metadata = MetaData()


def _scope() -> list[Column[Any]]:
    return [Column(name, String(64), nullable=True) for name in ("unit", "district", "team")]


users = Table(
    "accounts_users",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", String(32), nullable=False),
    *_scope(),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("disabled_at", DateTime(timezone=True), nullable=True),
)
tokens = Table(
    "accounts_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("role", String(32), nullable=False),
    *_scope(),
    Column("only", String(32), nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=True),
    Column("revoked_at", DateTime(timezone=True), nullable=True),
)
secrets_kept = Table(
    "accounts_secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

ended = Table(
    "accounts_ended",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),  # after it the session would have run out by itself
)

sessions = Table(
    "accounts_sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # the account's
    Column("ended_times", Integer, nullable=False),  # how often all its sessions were ended; no row is never
)


def connect(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql://…`` (driver psycopg)."""
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return connect_postgres(url)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL").close()


def create_all(engine: Engine, *, session_key: str) -> None:
    """Create what is missing, the key of sessions too; safe when several processes start at once."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(12345, 2)")
        metadata.create_all(connection)
        if connection.scalar(select(secrets_kept.c.value).where(secrets_kept.c.name == "session")) is None:
            connection.execute(insert(secrets_kept).values(name="session", value=session_key))
