"""The analysts' views in PostgreSQL: laid when tables are made, and kept whole while tables are put in one another's place.

A view is *replaced*, never dropped, as long as its columns stay the same: what analysts have built on it and the rights to it
outlive a rebuild.  Which roles may read is written down in a table of ours, so that a view that must be made anew, after a
restore or when its columns change, is given to the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from sqlalchemy import Column, Connection, String, Table, select, text
from sqlalchemy.exc import DBAPIError

from projections.analyst_sql import VIEWS, SqlView, literal
from projections.database import is_sqlite
from projections.view import metadata

readers = Table("analyst_readers", metadata, Column("role", String(63), primary_key=True))
"""The roles that have been granted the views."""

_OTHER_COLUMNS, _IN_USE = "42P16", "2BP01"
"""SQLSTATEs: a view cannot be replaced by one with other columns; something rests on what is to be dropped."""


class ViewInUse(Exception):
    """This view has to be made anew with other columns, and something that is not ours rests on it."""


def lay(connection: Connection) -> None:
    """Make the views, or those of an older layout anew.  Raises ViewInUse.  On SQLite there are none."""
    if is_sqlite(connection.engine):
        return
    readers.create(connection, checkfirst=True)
    for view in VIEWS:
        if _comment_on(connection, view) != _comment(view):
            _put(connection, view, {})


def follow(connection: Connection, moved: Mapping[str, str]) -> None:
    """Let the views read tables that are about to take the place of others: name of the old one to that of the new one.

    In the transaction in which the old ones are dropped, and before: a table that a view reads cannot be dropped.
    """
    if is_sqlite(connection.engine):
        return
    readers.create(connection, checkfirst=True)
    for view in VIEWS:
        if moved.keys() & {table.name for table in view.tables}:
            _put(connection, view, moved)


def give(connection: Connection, view: SqlView, role: str) -> None:
    """Let a role read a view.  Raises sqlalchemy.exc.DBAPIError for a role that is not there."""
    connection.exec_driver_sql(f"GRANT SELECT ON {view.name} TO {quoted(role)}")


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def sqlstate(failure: DBAPIError) -> str:
    return str(getattr(failure.orig, "sqlstate", ""))


def _put(connection: Connection, view: SqlView, moved: Mapping[str, str]) -> None:
    made = f"VIEW {view.name} AS\n{_select(view, moved)}"
    try:
        with connection.begin_nested():
            _do(connection, f"CREATE OR REPLACE {made}")
    except DBAPIError as failure:
        if sqlstate(failure) != _OTHER_COLUMNS:
            raise
        _drop(connection, view)
        _do(connection, f"CREATE {made}")
    for comment in _comments(view):
        _do(connection, comment)
    there = text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:names)")
    for role in connection.scalars(there, {"names": list(connection.scalars(select(readers.c.role)))}):
        give(connection, view, role)


def _do(connection: Connection, statement: str) -> None:
    """Carry out a statement as it is; the driver would take a percent sign for a place of a parameter."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


def _drop(connection: Connection, view: SqlView) -> None:
    try:
        connection.exec_driver_sql(f"DROP VIEW {view.name}")
    except DBAPIError as failure:
        if sqlstate(failure) == _IN_USE:
            raise ViewInUse(view.name) from None
        raise


def _select(view: SqlView, moved: Mapping[str, str]) -> str:
    return view.select({table.name: quoted(moved.get(table.name, table.name)) for table in view.tables})


def _comments(view: SqlView) -> Iterator[str]:
    yield f"COMMENT ON VIEW {view.name} IS {literal(_comment(view))}"
    for column in view.told.columns:
        told = " / ".join(view.told.about(column).values())
        yield f"COMMENT ON COLUMN {view.name}.{quoted(column.name)} IS {literal(told)}"


def _comment(view: SqlView) -> str:
    """What is written on a view: what its rows are, and by what it is known again as being of this layout."""
    told = view.told.told()
    columns = "".join(str(view.told.about(column)) for column in view.told.columns)
    layout = sha256(f"{_select(view, {})}{columns}".encode()).hexdigest()[:12]
    return f"{told['zh']} / {told['en']} ({layout})"


def _comment_on(connection: Connection, view: SqlView) -> str | None:
    found = connection.scalar(text("SELECT obj_description(to_regclass(:name), 'pg_class')"), {"name": view.name})
    return None if found is None else str(found)
