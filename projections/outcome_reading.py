"""The rows of the scoreboard as they leave it in bulk, still packed: for exports, a month at a time or all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select

from projections.scoreboard_tables import rows
from projections.view import Views

RAW = tuple(rows.columns)
"""The columns that are read, in this order."""
_AT_ONCE = 10_000

Days = tuple[int, int]
"""First and last day of receipt, counted from 1970-01-01."""


def each(views: Views, days: Days | None) -> Iterator[Sequence[Sequence[Any]]]:
    """All rows, or those received in these days, some thousands at a time, as of one moment."""
    with views.engine.connect() as connection:
        yield from connection.execution_options(yield_per=_AT_ONCE).execute(_asked(days)).partitions()


def copied(views: Views, days: Days | None) -> Iterator[memoryview]:
    """The same from PostgreSQL as the CSV it writes itself, without a heading: several times as fast as row by row."""
    with views.engine.connect() as connection:
        asked = str(_asked(days).compile(views.engine, compile_kwargs={"literal_binds": True}))
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f"COPY ({asked}) TO STDOUT (FORMAT csv)") as rows_told:
            yield from rows_told


def _asked(days: Days | None) -> Select[Any]:
    asked = select(*RAW)
    return asked if days is None else asked.where(rows.c.received_day.between(*days))
