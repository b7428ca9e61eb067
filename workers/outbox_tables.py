"""The outbox's tables, one definition for SQLite and PostgreSQL, and how its database is opened."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
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
    UniqueConstraint,
    Uuid,
    create_engine,
    event,
)

from hotline.databases import begin_with, connect_postgres

BUSY_SECONDS = 10.0  # how long a statement waits for another writer


class Moment(TypeDecorator[datetime]):
    """A moment with its zone: SQLite keeps none, so UTC is written and read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


metadata = MetaData()
_counted = BigInteger().with_variant(Integer, "sqlite")

inbox = Table(  # facts a consumer has dealt with; never a rising position, since the bus may bring an older one later
    "outbox_inbox",
    metadata,
    Column("consumer", String(40), primary_key=True),
    Column("fact_id", String(60), primary_key=True),
    sqlite_with_rowid=False,
)
notices = Table(
    "outbox_notices",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("fact_id", String(60), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    Column("way", String(10), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("body", Text, nullable=True),  # sealed; null once the ticket is erased
    Column("status", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("fact_id", "recipient"),
    Index("outbox_notices_recipient", "recipient", "id"),
    Index("outbox_notices_ticket", "ticket_id"),
    Index("outbox_notices_status", "status", "id"),
)
deliveries = Table(  # only ever added to
    "outbox_deliveries",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("fact_id", String(60), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("status", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index("outbox_deliveries_fact", "fact_id"),
)
subscriptions = Table(  # who outside is told what a unit's tray shows
    "outbox_subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("recipient", String(80), nullable=False),  # unit:<id>, or * for every unit
    Column("target", String(500), nullable=False),  # https://… or mailto:…
    Column("kinds", Text, nullable=False),  # a JSON list; empty for all
    Column("turn", Integer, nullable=False),  # its secret is made of this: another turn, another secret
    Column("at", Moment, nullable=False),
    Column("ended", Moment, nullable=True),
    Column("ended_why", String(40), nullable=True),
)
errands = Table(  # one notice on one way to one addressee outside
    "outbox_errands",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    # What makes a repeat be known as one, at the other side too.
    Column("key", String(36), nullable=False, unique=True),
    Column("fact_id", String(60), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    Column("way", String(10), nullable=False),
    Column("subscription", Uuid, nullable=True),
    Column("line", String(60), nullable=False),  # whom it goes to: of one line, one at a time and in order
    Column("urgent", Boolean, nullable=False),  # about an emergency: does not wait for the morning
    Column("status", String(20), nullable=False),
    Column("reason", String(40), nullable=True),
    Column("tries", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Index("outbox_errands_waiting", "way", "status", "line", "id"),
    Index("outbox_errands_ticket", "ticket_id"),
)
links = Table(  # how far another platform has acknowledged what we say to it of each matter
    "outbox_links",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("danger", Boolean, nullable=False),
    Column("said", Integer, nullable=False),
    Column("acknowledged", Integer, nullable=False),
    Column("since", Moment, nullable=False),  # when the first of those still waiting was said
    Index("outbox_links_platform", "platform", "danger", "since"),
)
dropped = Table(  # dead letters that somebody gave up, for ever
    "outbox_dropped",
    metadata,
    Column("mark", String(80), primary_key=True),
    Column("letter", BigInteger, nullable=False),
    Column("consumer", String(200), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("fact", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("buried_at", Moment, nullable=True),
    Column("by", String(80), nullable=False),
    Column("why", String(200), nullable=False),
    Column("at", Moment, nullable=False),
)
positions = Table(
    "outbox_positions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("position", BigInteger, nullable=False),
)


def connect(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (driver psycopg)."""
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        begin_with(engine, "BEGIN IMMEDIATE")
        return engine
    return connect_postgres(url)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves: the driver would begin late and then meet a busy file
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def create_all(engine: Engine) -> None:
    """Create what is missing; safe when several processes start at once."""
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(12345, 4)")
        metadata.create_all(connection)


def chunks(ids: Sequence[UUID], size: int = 500) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
