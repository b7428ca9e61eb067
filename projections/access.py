"""Who saw what: an append-only table in a store of its own, written before the answer goes out.

Looking is no fact of a ticket (there are hundreds a second), yet it must be provable: each row holds a hash made of the
row before it and its own content, so a row that is changed, put in or taken out shows.  What is hashed says nothing
personal: accounts, ids, names of filters.  Rows are kept for at least ``KEPT`` (个人信息保护合规审计: half a year).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Self
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, delete, func, select, update

from projections import access_tables as tables
from projections.access_chain import AccessEntry, End, append, link_of, row_of
from projections.database import connect, reading, writing
from projections.moments import from_micros, micros

KEPT = timedelta(days=180)
"""The shortest time for which rows are kept."""
_ROWS_AT_ONCE = 1_000
_START = "0" * 64


@dataclass(slots=True)
class _Waiting:
    entries: Sequence[AccessEntry]
    failure: BaseException | None = None
    done: Event = field(default_factory=Event)


class AccessLog:
    """The table of looks.  It can be added to and read; there is no way to change it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Waiting] = deque()
        self._pen = Lock()
        self._end = End(0, _START)
        """Where the chain ended when this process last added to it."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…`` (driver psycopg)."""
        return cls(connect(url, synchronous="FULL"))  # a look is on the disk before its answer goes out

    def migrate(self) -> None:
        """Create what is missing; safe when several processes start at once."""
        tables.create_all(self._engine, _START)

    def close(self) -> None:
        self._engine.dispose()

    def record(self, entries: Iterable[AccessEntry]) -> None:
        """Write looks down; they are on the disk when this returns.  Callers at the same time share one commit.

        Raises sqlalchemy.exc.SQLAlchemyError when they could not be written: then nothing may be shown.
        """
        mine = _Waiting(tuple(entries))
        for entry in mine.entries:
            row_of(0, "", entry)  # what cannot be written fails here, and not for those who share the commit
        if not mine.entries:
            return
        self._waiting.append(mine)
        with self._pen:
            if not mine.done.is_set():
                self._write([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.failure is not None:
            raise mine.failure

    def of_ticket(self, ticket_id: UUID) -> list[AccessEntry]:
        """Every recorded look at one ticket, the oldest first."""
        query = select(tables.entries).where(tables.entries.c.ticket_id == ticket_id).order_by(tables.entries.c.seq)
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def verify(self) -> int | None:
        """The number of the first row that is not as it was written, or is missing; None when all are as written."""
        with reading(self._engine) as connection:
            head = connection.execute(select(tables.head)).one()
            seq: int = head.kept_after
            link, last = head.kept_hash, int(head.seq)
            for row in _rows_after(connection, head.kept_after):
                seq += 1
                if row.seq != seq or row.hash != link_of(link, seq, _entry(row)):
                    return seq
                link = row.hash
        # What was cut off at the end leaves no gap: the head still knows how far it went.
        if (seq, link) == (last, head.hash):
            return None
        return last if seq == last else min(seq, last) + 1

    def forget(self, before: datetime, now: datetime) -> int:
        """Drop rows older than ``before`` from the beginning; the chain of the rest stays provable.

        Returns how many went.  Raises ValueError when rows younger than ``KEPT`` would go.
        """
        if before > now - KEPT:
            raise ValueError(f"访问记录至少保存 {KEPT.days} 天 / access rows are kept for at least {KEPT.days} days")
        e = tables.entries.c
        with writing(self._engine) as connection:
            first_kept = connection.scalar(select(func.min(e.seq)).where(e.at >= micros(before)))
            old = select(e.seq, e.hash).order_by(e.seq.desc()).limit(1)
            last = connection.execute(old if first_kept is None else old.where(e.seq < first_kept)).one_or_none()
            if last is None:
                return 0
            gone = connection.execute(delete(tables.entries).where(e.seq <= last.seq)).rowcount
            connection.execute(update(tables.head).values(kept_after=last.seq, kept_hash=last.hash))
            return gone

    def _write(self, waiting: Sequence[_Waiting]) -> None:
        try:
            self._end = append(self._engine, self._end, [entry for one in waiting for entry in one.entries])
        except Exception as failure:  # noqa: BLE001  # handed to everybody whose rows were in it
            for one in waiting:
                one.failure = failure
        for one in waiting:
            one.done.set()


def _entry(row: Row[tuple[object, ...]]) -> AccessEntry:
    return AccessEntry(
        who=row.who,
        role=row.role,
        unit=row.unit,
        what=row.what,
        ticket_id=row.ticket_id,
        at=from_micros(row.at),
        correlation=row.correlation,
        summary=json.loads(row.summary),
    )


def _rows_after(connection: Connection, seq: int) -> Iterator[Row[tuple[object, ...]]]:
    while True:
        query = select(tables.entries).where(tables.entries.c.seq > seq).order_by(tables.entries.c.seq)
        some = connection.execute(query.limit(_ROWS_AT_ONCE)).all()
        if not some:
            return
        yield from some
        seq = some[-1].seq
