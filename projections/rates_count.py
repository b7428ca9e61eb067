"""Counting by a formula in the database, in one pass.

Of rows, outcomes of one kind are put together first and judged once a kind.  Sums are of one kind each already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, case, cast, func, literal_column, select

from hotline.rates.counts import Counts, Key
from hotline.rates.fields import TIMES, WORDS, day_number, day_of
from hotline.rates.formula import Formula
from hotline.rates.outcome import FACETS, NONE
from hotline.rates.question import Asked
from projections import rates_sql as sql
from projections.rates_sources import Selected, next_month
from projections.rates_sql import Number, number

_FOR_COUNTING = ("SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'")
"""PostgreSQL would compile for longer than it counts, and sort what it can put together as it reads.  (ours, measured)"""


def count(connection: Connection, formula: Formula, asked: Asked, selected: Selected, today: int) -> dict[Key, Counts]:
    """The groups of an answer, as ``hotline.rates.evaluating.count`` would give them."""
    found: dict[Key, Counts] = {}
    if connection.dialect.name == "postgresql":
        for setting in _FOR_COUNTING:
            connection.exec_driver_sql(setting)
    readers = [_reader(dimension, selected) for dimension in asked.by]
    for row in connection.execute(statement(formula, asked, selected, today)):
        key = tuple(read(value) for read, value in zip(readers, row, strict=False))
        population, denominator, numerator, said, heard, *excluded = (int(n) for n in row[len(readers) :])
        counts = Counts(population, tuple(excluded), denominator, numerator, said, heard)
        found[key] = found[key] + counts if key in found else counts
    return found


def statement(formula: Formula, asked: Asked, selected: Selected, today: int) -> Select[Any]:
    """The dimensions and the counts of each group, the counts in the order of ``Counts`` but the excluded last."""
    kinds = _kinds(formula, asked, selected, today)
    # What is put together is made first: how many rows have some bits PostgreSQL cannot guess, and where it could ask for them
    # while it reads it would plan for a handful.
    together = selected.counted_from != "sums"
    each = kinds.cte("each").prefix_with("MATERIALIZED", dialect="postgresql") if together else kinds.subquery("each")
    facets: Number = each.c.bits
    flags = {key: each.c[f"flag{nth}"] == number(1) for nth, key in enumerate(_tests(formula, selected, today))}
    counted = sql.counted(formula, facets, flags)
    grounds = (sql.left_out(formula, facets, ground) for ground in formula.leave_out)
    n: Number = each.c.n
    sums = (
        func.sum(n),
        func.sum(n).filter(counted),
        func.sum(sql.weight(formula, facets, flags) * n).filter(counted),
        *(func.sum(n).filter(test) for test in (sql.asked(formula, facets), sql.answered(formula, facets), *grounds)),
    )
    named = [func.coalesce(cast(one, BigInteger), number(0)).label(f"n{nth}") for nth, one in enumerate(sums)]
    keys = [each.c[f"key{nth}"] for nth in range(len(asked.by))]
    found = select(*keys, *named).where(sql.holds(formula.among, facets, flags))
    return found.group_by(*keys) if keys else found.having(func.count() > 0)


def _kinds(formula: Formula, asked: Asked, selected: Selected, today: int) -> Select[Any]:
    """How many outcomes there are of each kind, by dimension; of rows, of each that the formula can tell apart."""
    tests = _tests(formula, selected, today)
    source = selected.source
    keys = [
        *(_key(name, formula, asked, selected).label(f"key{nth}") for nth, name in enumerate(asked.by)),
        source.facets.bitwise_and(number(sql.mask(formula))).label("bits"),
        *(sql.flag(test).label(f"flag{nth}") for nth, test in enumerate(tests.values())),
    ]
    if selected.counted_from == "sums":
        return select(*keys, selected.n.label("n")).select_from(selected.table).where(selected.where)
    # By name: a whole expression again might hold parameters, and would be another one to PostgreSQL.
    names: list[ColumnElement[Any]] = [literal_column(key.name) for key in keys]
    chosen = select(*keys, func.count().label("n")).select_from(selected.table)
    return chosen.where(selected.where).group_by(*names)


def _tests(formula: Formula, selected: Selected, today: int) -> sql.Flags:
    return sql.flags(formula, selected.source, today)


def _key(name: str, formula: Formula, asked: Asked, selected: Selected) -> ColumnElement[Any]:
    if name in TIMES:
        day = selected.source.days[formula.cohort]
        whole = selected.whole_months or name == "day"
        return day if whole else _month(day, _firsts(asked.start, asked.end))
    if selected.dimension is not None:
        value: ColumnElement[Any] = selected.table.c.value
        return value
    return selected.source.others[name] if name in WORDS else sql.code(selected.source.facets, name)


def _firsts(start: date, end: date) -> list[int]:
    """The first days of the months a period touches."""
    found = [start.replace(day=1)]
    while (following := next_month(found[-1])) <= end:
        found.append(following)
    return [day_number(first) for first in found]


def _month(day: Number, firsts: Sequence[int]) -> Number:
    """The first day of a day's month, by halving: a few comparisons of numbers, the same on every database."""
    if len(firsts) == 1:
        return number(firsts[0])
    middle = len(firsts) // 2
    return case((day < number(firsts[middle]), _month(day, firsts[:middle])), else_=_month(day, firsts[middle:]))


def _reader(dimension: str, selected: Selected) -> Callable[[Any], str]:
    """From what the database gives of a dimension to what an answer shows of it."""
    if dimension in TIMES:
        length = 7 if dimension == "month" else 10
        return lambda day: day_of(int(day)).isoformat()[:length]
    if selected.dimension is not None or dimension in WORDS:
        return lambda word: word or ""
    values = ["" if value == NONE else value for value in FACETS[dimension].values]
    return lambda code: values[int(code)]
