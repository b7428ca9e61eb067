"""The one store for read models: what a view is, and the database its rows and its position stand in.

A view keeps one document for each ticket, which is all it needs to take in the next fact, and columns made of the document
for looking things up; one that shows every fact adds a row for each (``Trail``).  Rows and position are written in one
transaction, on SQLite and PostgreSQL alike.  A view can be thrown away and built again at any time (``rebuild.py``), so its
commits do not wait for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    update,
)

from hotline.databases import looking
from hotline.facts import Recorded
from projections.database import alone, connect, is_sqlite, writing
from projections.memory import Memory

_MIGRATING = (12345, 2)
"""The advisory lock on PostgreSQL that lets one process make tables at a time."""

Doc = dict[str, Any]
"""What a view knows about one ticket; never changed in place."""
Fold = Callable[[Doc | None, Recorded], Doc | None]

metadata = MetaData()
positions = Table(
    "view_positions",
    metadata,
    Column("label", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("build", Integer, nullable=False),
)


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


def _no_lines(doc: Doc) -> Sequence[Mapping[str, Any]]:
    return ()


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
class Trail:
    """Rows a view adds and never reads again to take in a fact: one for each fact of a ticket (``trail_table``).

    A row is made of its fact alone.  ``row`` gives its ``doc`` and its ``words``, both JSON, the words sealed and None where
    there are none: an erasure takes the words of all rows up to it, and must not have to look into them.
    """

    table: Table
    row: Callable[[Recorded], tuple[str, str | None]]


@dataclass(frozen=True)
class View:
    """One read model.  ``fold`` is pure; ``columns`` and ``lines`` are made of the
    document it gives.

    Whoever changes what a view holds raises its version: the new one is built beside the old one and takes its place.
    """

    name: str
    version: int
    fold: Fold
    table: Table
    columns: Callable[[Doc], Mapping[str, Any]]
    lines_table: Table | None = None
    lines: Callable[[Doc], Sequence[Mapping[str, Any]]] = _no_lines
    """Further rows of the ticket, each without its ``ticket_id``."""
    trail: Trail | None = None
    """Rows made of the facts themselves."""
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
        beside = (self.lines_table, self.trail.table if self.trail is not None else None)
        return (self.table, *(table for table in beside if table is not None))


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a view has come, and in which build of its rows."""

    position: int
    build: int


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
        """Create what is missing; safe when several processes start at once."""
        known = self.known.values()
        tables = [positions, *(t for view in known for t in view.tables)]
        with self.writing() as connection:
            alone(connection, _MIGRATING)
            metadata.create_all(connection, tables=tables)
            have = set(connection.scalars(select(positions.c.label)))
            for view in known:
                if view.label not in have:
                    connection.execute(insert(positions).values(label=view.label, position=0, build=0))

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


# Made once: each step carries them out, and to build a statement takes longer than that.
_MARKS = (
    select(positions.c.label, positions.c.position, positions.c.build)
    .where(positions.c.label.in_(bindparam("of", expanding=True)))
    .order_by(positions.c.label)
)
_MARKS_HELD = _MARKS.with_for_update()
_MOVE = (
    update(positions)
    .where(positions.c.label == bindparam("of"))
    .values(position=bindparam("to"), build=bindparam("in"))
)
_MOVE_ON = (
    update(positions).where(positions.c.label.in_(bindparam("of", expanding=True))).values(position=bindparam("to"))
)


def mark_of(connection: Connection, label: str, *, hold: bool = False) -> Mark:
    """Where a view stands; with ``hold`` nobody else moves it until the transaction ends.  0 if it was never begun."""
    return marks_of(connection, (label,), hold=hold)[label]


def marks_of(connection: Connection, labels: Sequence[str], *, hold: bool = False) -> dict[str, Mark]:
    """Where several views stand; those who hold more than one take them in the same order, so none waits for ever."""
    found = connection.execute(_MARKS_HELD if hold else _MARKS, {"of": labels})
    return {label: Mark(0, 0) for label in labels} | {row.label: Mark(row.position, row.build) for row in found}


def move(connection: Connection, label: str, mark: Mark) -> None:
    """Write down how far a view has come, and in which build."""
    connection.execute(_MOVE, {"of": label, "to": mark.position, "in": mark.build})


def move_on(connection: Connection, labels: Sequence[str], position: int) -> None:
    """Write down how far views have come."""
    connection.execute(_MOVE_ON, {"of": labels, "to": position})


def find_docs(connection: Connection, table: Table, tickets: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """The stored documents of some tickets, as JSON."""
    for start in range(0, len(tickets), 500):
        some = tickets[start : start + 500]
        found = connection.execute(_docs_of(table), {"tickets": some})
        yield from ((row.ticket_id, row.doc) for row in found)


@cache
def _docs_of(table: Table) -> Select[Any]:
    return select(table.c.ticket_id, table.c.doc).where(table.c.ticket_id.in_(bindparam("tickets", expanding=True)))
