"""Counts over all documents of a view, moved by what each document came to count as and no longer does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table

from projections.view import Doc, Sums, View


def shift(connection: Connection, sums: Sums, docs: Mapping[UUID, Doc], before: Mapping[UUID, Doc]) -> None:
    """Bring the counts from what documents counted as ``before`` to what they count as now; a count of none is no row, so
    that the table is the one a rebuild makes."""
    moved: Counter[Any] = Counter()
    for ticket, doc in docs.items():
        moved[sums.cell(doc)] += 1
        if ticket in before:
            moved[sums.cell(before[ticket])] -= 1
    del moved[None]
    keys: Counter[tuple[Any, ...]] = Counter()
    for cell, n in moved.items():
        if n:
            for key in sums.spread(cell):
                keys[key] += n
    changed = [(*key, n) for key, n in keys.items() if n]
    if changed:
        _add(connection, sums.table, changed)
        _sweep(connection, sums.table, [row[:-1] for row in changed if row[-1] < 0])


def fill(connection: Connection, view: View) -> None:
    """Count all rows of a view that has just been built."""
    if view.sums is not None:
        for statement in view.sums.filled(view.sums.of, view.sums.table):
            connection.execute(statement)


def _add(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add each row's last value to the count under its key."""
    names = [column.name for column in table.columns]
    keys = ", ".join(f'"{name}"' for name in names[:-1])
    n = names[-1]
    new = f'ON CONFLICT ({keys}) DO UPDATE SET "{n}" = "{table.name}"."{n}" + excluded."{n}"'
    columns = f'"{table.name}" ({keys}, "{n}")'
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" for _ in names)
        connection.exec_driver_sql(f"INSERT INTO {columns} VALUES ({places}) {new}", list(rows))
    else:
        arrays = _arrays(connection, table, names)
        connection.exec_driver_sql(f"INSERT INTO {columns} SELECT * FROM unnest({arrays}) {new}", _turned(rows))


def _sweep(connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
    """Take out those of these counts that have come to nothing."""
    if not keys:
        return
    *names, n = (column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        same = " AND ".join(f'"{name}" = ?' for name in names)
        connection.exec_driver_sql(f'DELETE FROM "{table.name}" WHERE "{n}" = 0 AND {same}', list(keys))
        return
    arrays = _arrays(connection, table, names)
    gone = ", ".join(f'"{name}"' for name in names)
    same = " AND ".join(f'"{table.name}"."{name}" = gone."{name}"' for name in names)
    connection.exec_driver_sql(
        f'DELETE FROM "{table.name}" USING unnest({arrays}) AS gone({gone}) WHERE "{table.name}"."{n}" = 0 AND {same}',
        _turned(keys),
    )


def _arrays(connection: Connection, table: Table, names: Iterable[str]) -> str:
    """A column of many values is one parameter: a statement for each row would take ten times as long."""
    return ", ".join(f"%s::{table.c[name].type.compile(connection.dialect)}[]" for name in names)


def _turned(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
