"""The one store for read models: what a view is, and the database its rows and its position stand in.

A view keeps one document for each ticket, which is all it needs to take in the next fact, and columns made of the document
for looking things up.  It may have further rows for each ticket (``Lines``), rows that are only ever added (``Trail`` for each
fact, ``Past`` for what a document was, ``Turns`` for what a fact made of it), and counts over all tickets (``Sums``).  Rows and position are written in one
transaction, on SQLite and PostgreSQL alike.  A view can be thrown away and built again at any time (``rebuild.py``), so its
commits do not wait for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from threading import Condition, Lock
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Executable,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
)

from hotline.databases import looking
from hotline.facts import Recorded
from projections.database import alone, connect, is_sqlite, writing
from projections.marks import mark_of, marks_of, positions
from projections.memory import Memory

MIGRATING = (12345, 2)
"""The advisory lock on PostgreSQL that lets one process at a time make tables, or put them in the place of others."""

Doc = dict[str, Any]
"""What a view knows about one ticket; never changed in place."""
Fold = Callable[[Doc | None, Recorded], Doc | None]

metadata = MetaData()


def main_table(label: str, *columns: Any) -> Table:
    """A view's own table: one row a ticket, with the document last so that looking up reads little."""
    return Table(
        label,
        metadata,
        Column("ticket_id", Uuid, primary_key=True),
        *columns,
        Column("doc", Text, nullable=False),
        sqlite_with_rowid=False,
    )


def trail_table(label: str) -> Table:
    """Rows of a view in the order of the log, so that new ones are only ever put at the end."""
    return Table(
        label,
        metadata,
        # Not BIGINT on SQLite: only this makes the key the place of the row itself, instead of an index beside it.
        Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("ticket_id", Uuid, nullable=False),
        Column("words", Text),
        Column("doc", Text, nullable=False),
        Index(f"{label}_ticket", "ticket_id", "position"),
    )


@dataclass(frozen=True)
class Lines:
    """Further rows of a ticket, made of its document, each without its ``ticket_id``.  With ``single`` there is one, which stays
    once it is there and is written in its own place; else all are written anew with the document."""

    table: Table
    of: Callable[[Doc], Sequence[Mapping[str, Any]]]
    single: bool = False


@dataclass(frozen=True)
class Past:
    """Rows that a document adds and no later one changes: ``since`` gives those that a document has and an earlier one (None:
    none at all) had not, each without its ``ticket_id``."""

    table: Table
    since: Callable[[Doc | None, Doc], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Turns:
    """Rows that single facts add: ``of`` gives those of one, by the documents before and after it, each with ``ticket_id`` first."""

    table: Table
    of: Callable[[Doc | None, Doc, Recorded], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Sums:
    """Counts over all documents, in a table of key columns and ``n``, kept in the same transaction as the documents.

    A document counts in one ``cell``, or with None in none; ``spread`` gives the keys that a cell counts under.  In a rebuild
    ``filled`` counts instead: its statements put the sums of the whole lines ``of`` (first argument) into the table (second).
    """

    table: Table
    of: Table
    cell: Callable[[Doc], Hashable | None]
    spread: Callable[[Any], Iterable[tuple[Any, ...]]]
    filled: Callable[[Table, Table], Sequence[Executable]]


@dataclass(frozen=True)
class Trail:
    """Rows a view adds and never reads again to take in a fact: one for each fact of a ticket (``trail_table``).

    A row is made of its fact alone.  ``row`` gives its ``doc`` and its ``words``, both JSON, the words sealed and None where
    there are none: an erasure takes the words of all rows up to it, and must not have to look into them.
    """

    table: Table
    row: Callable[[Recorded], tuple[str, str | None]]


@dataclass(frozen=True)
class View:
    """One read model.  ``fold`` is pure; everything but ``trail`` is made of the documents it gives.

    Whoever changes what a view holds raises its version: the new one is built beside the old one and takes its place.
    """

    name: str
    version: int
    fold: Fold
    table: Table
    columns: Callable[[Doc], Mapping[str, Any]]
    lines: tuple[Lines, ...] = ()
    past: Past | None = None
    turns: tuple[Turns, ...] = ()
    sums: Sums | None = None
    trail: Trail | None = None
    kinds: tuple[str, ...] = ("ticket",)
    """The streams whose facts it is made of; ``fold`` is asked about no others.  Each stream has a document of its own."""

    @property
    def label(self) -> str:
        """Name and version, as the tables are called: ``board_v1``."""
        return f"{self.name}_v{self.version}"

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """How the topics of its facts begin."""
        return tuple(f"{kind}." for kind in self.kinds)

    @property
    def tables(self) -> tuple[Table, ...]:
        beside = (*self.lines, self.past, *self.turns, self.sums, self.trail)
        return (self.table, *(part.table for part in beside if part is not None))


class Views:
    """The database of the read models."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.moved = Condition()
        self._memories: dict[str, Memory] = {}
        self._turn = Lock()

    @classmethod
    def open(cls, url: str) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…`` (driver psycopg)."""
        return cls(connect(url, synchronous="NORMAL"))

    @cached_property
    def known(self) -> Mapping[str, View]:
        """All views by name."""
        from projections.registry import VIEWS  # not above: the views themselves are built on this module

        return VIEWS

    @property
    def sqlite(self) -> bool:
        return is_sqlite(self.engine)

    def migrate(self) -> None:
        """Create what is missing; safe when several processes start at once.  Raises analyst_views.ViewInUse."""
        from projections import analyst_views  # not above: they are built on this module

        tables = [positions, *(t for view in self.known.values() for t in view.tables)]
        with self.writing() as connection:
            alone(connection, MIGRATING)
            metadata.create_all(connection, tables=tables)
            have = set(connection.scalars(select(positions.c.label)))
            for view in self.known.values():
                if view.label not in have:
                    connection.execute(insert(positions).values(label=view.label, position=0, build=0))
            analyst_views.lay(connection)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes.  On SQLite the threads of this process queue here: SQLite itself would let those
        that find it busy sleep, longer each time, while each view's turn takes a few milliseconds."""
        with self._turn if self.sqlite else nullcontext(), writing(self.engine) as connection:
            yield connection

    def position(self, name: str) -> int:
        """The log position up to which the rows of a view go.  Raises KeyError for an unknown view."""
        with looking(self.engine) as connection:
            return mark_of(connection, self.known[name].label).position

    def positions(self, these: Sequence[View]) -> dict[str, int]:
        """Label of each of these views to its position, as of one moment."""
        with looking(self.engine) as connection:
            marks = marks_of(connection, [view.label for view in these])
        return {label: mark.position for label, mark in marks.items()}

    def memory(self, view: View) -> Memory:
        """The documents of a view that this process has at hand."""
        return self._memories.setdefault(view.label, Memory())

    def tell(self) -> None:
        """Wake those who wait for a view to move."""
        with self.moved:
            self.moved.notify_all()


def find_docs(connection: Connection, table: Table, tickets: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """The stored documents of some tickets, as JSON."""
    for start in range(0, len(tickets), 500):
        some = tickets[start : start + 500]
        found = connection.execute(_docs_of(table), {"tickets": some})
        yield from ((row.ticket_id, row.doc) for row in found)


@cache
def _docs_of(table: Table) -> Select[Any]:
    return select(table.c.ticket_id, table.c.doc).where(table.c.ticket_id.in_(bindparam("tickets", expanding=True)))
