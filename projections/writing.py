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


def put(connection: Connection, view: View, docs: Mapping[UUID, Doc], before: Mapping[UUID, Doc]) -> None:
    """Write these tickets' documents, and all that is made of them but sums, in place of what stood there: ``before`` has
    the documents that were written earlier."""
    if not docs:
        return
    rows = [{"ticket_id": ticket, "doc": to_json(doc).decode(), **view.columns(doc)} for ticket, doc in docs.items()]
    _insert_all(connection, view.table, rows, instead=True)
    for lines in view.lines:
        if not lines.single:
            _delete(connection, lines.table, [ticket for ticket in docs if ticket in before])
        found = [{"ticket_id": ticket, **line} for ticket, doc in docs.items() for line in lines.of(doc)]
        _insert_all(connection, lines.table, found, instead=lines.single)
    if view.past is not None:
        since = view.past.since
        new = [{"ticket_id": t, **row} for t, doc in docs.items() for row in since(before.get(t), doc)]
        _insert_all(connection, view.past.table, new)


def _delete(connection: Connection, table: Table, tickets: Sequence[UUID]) -> None:
    for start in range(0, len(tickets), 500):
        connection.execute(delete(table).where(table.c.ticket_id.in_(tickets[start : start + 500])))


def _insert_all(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, instead: bool = False
) -> None:
    if rows:
        _insert(connection, table, tuple(rows[0]), [tuple(row.values()) for row in rows], instead=instead)


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


class TurnRows:
    """Rows that facts made while they were folded, and that wait to be written."""

    def __init__(self, view: View) -> None:
        self._turns = view.turns
        self._rows: list[list[Mapping[str, Any]]] = [[] for _ in view.turns]

    def __len__(self) -> int:
        return sum(map(len, self._rows))

    def note(self, before: Doc | None, doc: Doc, recorded: Recorded) -> None:
        """A fact has turned one document into another."""
        for turns, rows in zip(self._turns, self._rows, strict=True):
            rows.extend(turns.of(before, doc, recorded))

    def write(self, connection: Connection) -> None:
        """Add the rows noted so far."""
        for turns, rows in zip(self._turns, self._rows, strict=True):
            _insert_all(connection, turns.table, rows)
            rows.clear()


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
    if not sqlite and not instead:
        _copy(connection, f'"{table.name}" ({columns})', rows)
        return
    places = ", ".join("?" if sqlite else "%s" for _ in names)
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'
    if instead:
        new = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])
        statement += f" ON CONFLICT (ticket_id) DO UPDATE SET {new}"
    # SQLite has no type for such ids; this is how SQLAlchemy's `Uuid` writes them there.
    known = [(row[0].hex, *row[1:]) for row in rows] if sqlite else rows
    connection.exec_driver_sql(statement, known)


def _copy(connection: Connection, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put new rows at the end of a table of PostgreSQL: a fraction of the time that a statement for each takes."""
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)
