"""The tables a view is built anew in: beside the live ones, until they take their place."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from sqlalchemy import Connection, MetaData, Table, delete, insert, inspect, quoted_name, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from projections import analyst_views
from projections.database import alone, is_sqlite
from projections.marks import Mark, mark_of, move, positions
from projections.view import MIGRATING, Past, Trail, View, Views

_BESIDE = "_beside"
Kept = TypeVar("Kept", Past, Trail)


PATIENCE = "10s"
"""How long a switch waits for those who still read, which is how long the live view may stand still."""
_WAITED_TOO_LONG = "55P03"


class StillRead(Exception):
    """Somebody is reading the live tables and does not come to an end; they stay as they are."""


class Overtaken(Exception):
    """Another rebuild of the same view has begun and cleared these tables away; this one is in vain."""


@dataclass(frozen=True)
class Beside:
    """One view's new tables.  ``build`` tells whose they are: a later rebuild takes them over."""

    views: Views
    live: View
    view: View
    build: int

    @property
    def label(self) -> str:
        return self.live.label + _BESIDE

    @classmethod
    def cleared(cls, views: Views, live: View) -> Self:
        """Empty tables, as yet without indexes; whatever an earlier rebuild left behind is cleared away."""
        beside = cls(views, live, _copy(live), secrets.randbelow(2**31))
        with views.writing() as connection:
            connection.execute(delete(positions).where(positions.c.label == beside.label))
            for table in beside.view.tables:
                table.drop(connection, checkfirst=True)
                connection.execute(CreateTable(table))
            connection.execute(insert(positions).values(label=beside.label, position=0, build=beside.build))
        return beside

    def must_be_ours(self, connection: Connection) -> None:
        """Raises Overtaken."""
        if mark_of(connection, self.label, hold=True).build != self.build:
            raise Overtaken(self.live.label)

    def index(self, connection: Connection) -> None:
        """Make the indexes."""
        self.must_be_ours(connection)
        for table in self.view.tables:
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(CreateIndex(index))

    def position(self, connection: Connection) -> int:
        """How far the new rows go.  Raises Overtaken."""
        self.must_be_ours(connection)
        return mark_of(connection, self.label).position

    def stand_at(self, connection: Connection, position: int) -> None:
        """Write down how far the new rows go."""
        move(connection, self.label, Mark(position, self.build))

    def take_over(self, connection: Connection) -> None:
        """Put the new tables in the place of the live ones, in the caller's transaction.  Raises StillRead."""
        self.must_be_ours(connection)
        # Analysts' views read tables of several views: two that changed places at once would each wait for the other.
        alone(connection, MIGRATING)
        with _not_waiting_long(connection, self.live.label):
            self._change_places(connection)

    def _change_places(self, connection: Connection) -> None:
        live, new = mark_of(connection, self.live.label, hold=True), self.position(connection)
        analyst_views.follow(
            connection, {old.name: new.name for old, new in zip(self.live.tables, self.view.tables, strict=True)}
        )
        for old, table in zip(self.live.tables, self.view.tables, strict=True):
            old.drop(connection)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" RENAME TO "{old.name}"')
        move(connection, self.live.label, Mark(max(live.position, new), live.build + 1))
        connection.execute(delete(positions).where(positions.c.label == self.label))
        _drop_older(connection, self.live)

    def drop(self) -> None:
        """Clear away, unless the tables have taken their place or are another's by now."""
        with self.views.writing() as connection:
            if mark_of(connection, self.label, hold=True).build == self.build:
                connection.execute(delete(positions).where(positions.c.label == self.label))
                for table in self.view.tables:
                    table.drop(connection, checkfirst=True)


@contextmanager
def _not_waiting_long(connection: Connection, label: str) -> Iterator[None]:
    """Somebody who reads the old tables, an analyst for an hour perhaps, would have the live view stand still meanwhile."""
    if not is_sqlite(connection.engine):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    try:
        yield
    except DBAPIError as failure:
        if getattr(failure.orig, "sqlstate", None) == _WAITED_TOO_LONG:
            raise StillRead(label) from None
        raise


def _copy(live: View) -> View:
    """The view over tables of other names.  An index keeps the name it is made with, so names are drawn."""
    own, drawn = MetaData(), secrets.token_hex(4)
    copies = {table: table.to_metadata(own, name=table.name + _BESIDE) for table in live.tables}
    for index in (index for copy in copies.values() for index in copy.indexes):
        index.name = quoted_name(f"{index.name}_{drawn}", quote=None)
    return replace(
        live,
        table=copies[live.table],
        lines=tuple(replace(lines, table=copies[lines.table]) for lines in live.lines),
        past=_over(live.past, copies),
        turns=tuple(replace(turns, table=copies[turns.table]) for turns in live.turns),
        sums=replace(live.sums, table=copies[live.sums.table], of=copies[live.sums.of]) if live.sums else None,
        trail=_over(live.trail, copies),
    )


def _over(part: Kept | None, copies: Mapping[Table, Table]) -> Kept | None:
    return replace(part, table=copies[part.table]) if part is not None else None


def _drop_older(connection: Connection, live: View) -> None:
    """Drop the tables of earlier versions of the view that has just been put in place."""
    labels = set(connection.scalars(select(positions.c.label)))
    for label in labels & {f"{live.name}_v{version}" for version in range(live.version)}:
        for name in inspect(connection).get_table_names():
            if name == label or name.startswith(f"{label}_"):
                connection.exec_driver_sql(f'DROP TABLE "{name}"')
        connection.execute(delete(positions).where(positions.c.label == label))
