"""The vault's tables, one definition for SQLite and PostgreSQL, and how its database is opened."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)

from hotline.databases import connect_postgres

BUSY_SECONDS = 10.0  # how long a statement waits for another process that writes

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: SQLite keeps no zone, and moments told in two zones must not be compared as they are written."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


# WITHOUT ROWID on SQLite: a row stands in one b-tree only, so that its erasure has one place to clean.
keys = Table(
    "vault_keys",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("wrapped", Text, nullable=True),  # null = erased: the tombstone that keeps a key from being made again
    Column("restricted", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),  # its facts are known to exist: the orphan sweep need not ask again
    Column("created_at", Moment, nullable=False),
    Index("vault_keys_unsettled", "settled", "created_at"),
    sqlite_with_rowid=False,
)
persons = Table(
    "vault_persons",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("wrapped", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    sqlite_with_rowid=False,
)
lookups = Table(
    "vault_lookups",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed: without the vault's index key it says nothing
    Column("person_id", Uuid, primary_key=True),
    Index("vault_lookups_person", "person_id"),
    sqlite_with_rowid=False,
)
links = Table(
    "vault_links",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("ticket_id", Uuid, primary_key=True),
    Index("vault_links_ticket", "ticket_id"),
    sqlite_with_rowid=False,
)
settings = Table(
    "vault_settings",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
changes = Table(  # one row, raised by every erasure and restriction, so that other processes drop their cached keys
    "vault_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)


def connect(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (driver psycopg)."""
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return connect_postgres(url)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # FULL, not NORMAL: a key must be on the disk before the facts it sealed are, even through a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def create_all(engine: Engine) -> None:
    """Create what is missing; safe when several processes start at once."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(12345, 1)")
        metadata.create_all(connection)


def chunks(ids: Iterable[UUID], size: int = 500) -> Iterator[list[UUID]]:
    """The ids in lists short enough for one IN clause."""
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some
