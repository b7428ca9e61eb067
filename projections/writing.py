"""Writing into a view's tables: documents, many at once, in place of the old ones; and rows that are only added.

Many rows go to the driver as they are: what SQLAlchemy does for each single one costs about as much as the database does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, Table, delete, update

from hotline.facts import Recorded
from hotline.ticket.facts import TicketErased
from projections.view import Doc, Trail, View

_TRAIL = ("ticket_id", "position", "words", "doc")


def put(connection: Connection, view: View, docs: Mapping[UUID, Doc]) -> None:
    """Write these tickets' documents, columns and lines in place of what stood there."""
    if not docs:
        return
    rows = [{"ticket_id": ticket, "doc": to_json(doc).decode(), **view.columns(doc)} for ticket, doc in docs.items()]
    _insert(connection, view.table, tuple(rows[0]), [tuple(row.values()) for row in rows], instead=True)
    if view.lines_table is None:
        return
    tickets = list(docs)
    for start in range(0, len(tickets), 500):
        some = tickets[start : start + 500]
        connection.execute(delete(view.lines_table).where(view.lines_table.c.ticket_id.in_(some)))
    lines = [{"ticket_id": ticket, **line} for ticket, doc in docs.items() for line in view.lines(doc)]
    if lines:
        _insert(connection, view.lines_table, tuple(lines[0]), [tuple(line.values()) for line in lines])


class TrailRows:
    """Rows of a trail that wait to be written, and the erasures that are to reach all rows before them."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._rows: list[tuple[Any, ...]] = []
        self._erased: dict[UUID, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def noting(self, facts: Iterable[Recorded]) -> Iterator[Recorded]:
        """Facts of tickets as they come, each with its row noted."""
        for recorded in facts:
            doc, words = self._trail.row(recorded)
            self._rows.append((recorded.originator_id, recorded.position, words, doc))
            if type(recorded.fact) is TicketErased:
                self._erased[recorded.originator_id] = recorded.position
            yield recorded

    def write(self, connection: Connection) -> None:
        """Add the rows noted so far."""
        if self._rows:
            _insert(connection, self._trail.table, _TRAIL, self._rows)
        self._rows = []

    def erase(self, connection: Connection) -> None:
        """Take the words out of the written rows of each erased ticket, up to the position of its erasure."""
        rows = self._trail.table.c
        for ticket, position in self._erased.items():
            connection.execute(
                update(self._trail.table)
                .where(rows.ticket_id == ticket, rows.position <= position, rows.words.is_not(None))
                .values(words=None)
            )
        self._erased = {}


def _insert(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: list[tuple[Any, ...]],
    *,
    instead: bool = False,
) -> None:
    """Insert rows whose first value is their ticket; with ``instead`` they replace those of the same ticket."""
    sqlite = connection.dialect.name == "sqlite"
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?" if sqlite else "%s" for _ in names)
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'
    if instead:
        new = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])
        statement += f" ON CONFLICT (ticket_id) DO UPDATE SET {new}"
    # SQLite has no type for such ids; this is how SQLAlchemy's `Uuid` writes them there.
    known = [(row[0].hex, *row[1:]) for row in rows] if sqlite else rows
    connection.exec_driver_sql(statement, known)
