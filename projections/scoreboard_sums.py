"""Counts of outcomes by day and by month, for all and by one dimension."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from sqlalchemy import Executable, Integer, Table, case, cast, func, insert, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from hotline.rates.outcome import ASPECTS, FACETS, NONE
from projections.scoreboard_outcome import come_to
from projections.scoreboard_tables import COHORTS, DIMENSIONS
from projections.view import Doc

Cell = tuple[Any, ...]
"""Kind, the days of the cohorts, the values of the dimensions, and the facets that any aspect knows."""
_1970 = date(1970, 1, 1)
_ASPECTS = tuple((name, a.of, COHORTS.index(a.cohort), a.mask) for name, a in ASPECTS.items())
_ALL = reduce(or_, (mask for *_, mask in _ASPECTS))
_CHANNEL = FACETS["channel"]
_CHANNEL_MASK = _CHANNEL.every_bit
_CHANNELS = {_CHANNEL.pack(value): "" if value == NONE else value for value in _CHANNEL.values}


def cell(doc: Doc) -> Cell | None:
    """Where a document counts."""
    row = come_to(doc["kind"], doc["steps"])
    if row is None:
        return None
    kind, _, facets, unit, _, _, category, head, district = row[:9]
    days = row[15:18]
    channel = _CHANNELS[facets & _CHANNEL_MASK]
    return kind, days, ("", unit or "", category or "", head or "", channel, district or ""), facets & _ALL


def spread(cell: Cell) -> Iterator[tuple[Any, ...]]:
    """The keys that a cell counts under, as in the table."""
    kind, days, values, facets = cell
    for aspect, of, cohort, mask in _ASPECTS:
        day = days[cohort]
        if of == kind and day is not None:
            month, kept = month_of(day), facets & mask
            for by, value in zip(DIMENSIONS, values, strict=True):
                yield aspect, "day", by, day, value, kept
                yield aspect, "month", by, month, value, kept


@lru_cache(maxsize=10_000)
def month_of(day: int) -> int:
    """The first day of a day's month; both are counted from 1970."""
    return ((_1970 + timedelta(days=day)).replace(day=1) - _1970).days


def filled(rows: Table, sums: Table) -> Sequence[Executable]:
    """Statements that count whole rows into empty sums: days from the rows, then months from the days."""
    names = [column.name for column in sums.columns]
    days = [insert(sums).from_select(names, _by_day(rows, aspect, by)) for aspect in ASPECTS for by in DIMENSIONS]
    return (*days, insert(sums).from_select(names, _by_month(sums)))


def _by_day(rows: Table, aspect: str, by: str) -> Any:
    of = ASPECTS[aspect]
    day = rows.c[f"{of.cohort}_day"]
    facets = rows.c.facets.bitwise_and(literal_column(str(of.mask))).label("facets")
    # In a part of its own, since PostgreSQL does not see that two expressions with parameters are the same.
    each = select(day.label("start"), _value(rows, by).label("value"), facets)
    e = each.where(rows.c.kind == of.of, day.is_not(None)).subquery()
    said: list[Any] = [literal_column(f"'{word}'") for word in (aspect, "day", by)]
    keys = (e.c.start, e.c.value, e.c.facets)
    # In the order of the key: what is read together then lies together.
    return select(*said, *keys, func.count()).group_by(*keys).order_by(*keys)


def _value(rows: Table, by: str) -> Any:
    if by == "all":
        return literal_column("''")
    if by == "channel":
        return case(_CHANNELS, value=rows.c.facets.bitwise_and(_CHANNEL_MASK), else_="")
    return func.coalesce(rows.c[by], "")


def _by_month(sums: Table) -> Any:
    s = sums.c
    each = select(s.aspect, s.by, FirstOfMonth(s.start).label("start"), s.value, s.facets, s.n)
    e = each.where(s.grain == "day").subquery()
    keys = (e.c.by, e.c.start, e.c.value, e.c.facets)
    counted = cast(func.sum(e.c.n), sums.c.n.type)
    months = select(e.c.aspect, literal_column("'month'"), *keys, counted)
    return months.group_by(e.c.aspect, *keys).order_by(e.c.aspect, *keys)


class FirstOfMonth(GenericFunction[int]):
    """``month_of`` in the database."""

    type = Integer()
    inherit_cache = True


@compiles(FirstOfMonth, "postgresql")
def _in_postgres(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"(date_trunc('month', DATE '1970-01-01' + {day})::date - DATE '1970-01-01')"


@compiles(FirstOfMonth, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"CAST(julianday(date('1970-01-01', {day} || ' days', 'start of month')) - 2440587.5 AS INTEGER)"
