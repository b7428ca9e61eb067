"""The tables of the access log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    insert,
    select,
)

from projections.database import alone, writing

_MIGRATING = (12345, 3)
"""The advisory lock on PostgreSQL that lets one process make tables at a time."""

metadata = MetaData()
entries = Table(
    "access_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("unit", String(64), nullable=True),
    Column("what", String(32), nullable=False),
    Column("ticket_id", Uuid, nullable=True),
    Column("at", BigInteger, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("access_entries_ticket", "ticket_id", "seq"),
    Index("access_entries_at", "at"),
)
head = Table(  # one row: the last link of the chain, and the link before the first row that is still kept
    "access_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("kept_after", BigInteger, nullable=False),
    Column("kept_hash", String(64), nullable=False),
)


def create_all(engine: Engine, start: str) -> None:
    """Create what is missing, the chain beginning with ``start``."""
    with writing(engine) as connection:
        alone(connection, _MIGRATING)
        metadata.create_all(connection)
        if connection.execute(select(head.c.id)).one_or_none() is None:
            connection.execute(insert(head).values(id=1, seq=0, hash=start, kept_after=0, kept_hash=start))
