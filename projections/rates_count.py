"""Counting by formulas in the database, in one pass.

Of rows, outcomes of one kind are put together first and judged once a kind.  Sums are of one kind each already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, reduce
from operator import or_
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

_COUNTS = 5
"""How many there are of each formula, beside its grounds."""
_FOR_COUNTING = ("SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'")
"""PostgreSQL would compile for longer than it counts, and sort what it can put together as it reads.  (ours, measured)"""


def count(connection: Connection, formula: Formula, asked: Asked, selected: Selected, today: int) -> dict[Key, Counts]:
    """The groups of an answer, as ``hotline.rates.evaluating.count`` would give them."""
    return count_all(connection, (formula,), asked, selected, today)[0]


def count_all(
    connection: Connection, formulas: Sequence[Formula], asked: Asked, selected: Selected, today: int
) -> list[dict[Key, Counts]]:
    """The groups of each of several formulas that look at the same outcomes (``select_from``), in one reading of them."""
    if connection.dialect.name == "postgresql":
        for setting in _FOR_COUNTING:
            connection.exec_driver_sql(setting)
    readers = [_reader(dimension, selected) for dimension in asked.by]
    rows = connection.execute(statement(formulas, asked, selected, today)).all()
    keys = [tuple(read(value) for read, value in zip(readers, row, strict=False)) for row in rows]
    each, at = [], len(readers)
    for formula in formulas:
        end = at + _COUNTS + len(formula.leave_out)
        each.append(_gathered(keys, (row[at:end] for row in rows)))
        at = end
    return each


def _gathered(keys: Iterable[Key], rows: Iterable[Sequence[int]]) -> dict[Key, Counts]:
    found: dict[Key, Counts] = {}
    for key, (population, denominator, numerator, said, heard, *excluded) in zip(keys, rows, strict=True):
        if population:
            counts = Counts(population, tuple(excluded), denominator, numerator, said, heard)
            found[key] = found[key] + counts if key in found else counts
    return found


def statement(formulas: Sequence[Formula], asked: Asked, selected: Selected, today: int) -> Select[Any]:
    """The dimensions, then the counts of each formula in the order of ``Counts`` but the excluded last."""
    tests = {key: test for formula in formulas for key, test in sql.flags(formula, selected.source, today).items()}
    kinds = _kinds(formulas, asked, selected, tests)
    # What is put together is made first: how many rows have some bits PostgreSQL cannot guess, and where it could ask for them
    # while it reads it would plan for a handful.
    fenced = selected.counted_from != "sums"
    each = kinds.cte("each").prefix_with("MATERIALIZED", dialect="postgresql") if fenced else kinds.subquery("each")
    flags = {key: each.c[f"flag{nth}"] == number(1) for nth, key in enumerate(tests)}
    alike = all(formula.among == formulas[0].among for formula in formulas)
    counts = [one for formula in formulas for one in _counts(formula, each.c.bits, flags, each.c.n, alike=alike)]
    named = [func.coalesce(cast(one, BigInteger), number(0)).label(f"n{nth}") for nth, one in enumerate(counts)]
    keys = [each.c[f"key{nth}"] for nth in range(len(asked.by))]
    found = select(*keys, *named)
    if alike:
        found = found.where(sql.holds(formulas[0].among, each.c.bits, flags))
    return found.group_by(*keys) if keys else found.having(func.count() > 0)


def _counts(
    formula: Formula, facets: Number, flags: sql.Flags, n: Number, *, alike: bool
) -> Iterator[ColumnElement[Any]]:
    """The sums of one formula; of its population only, where those judged are not known to be of it (``alike``)."""
    among = [] if alike else [sql.holds(formula.among, facets, flags)]
    counted = sql.counted(formula, facets, flags)
    yield func.sum(n).filter(*among) if among else func.sum(n)
    yield func.sum(n).filter(counted, *among)
    yield func.sum(sql.weight(formula, facets, flags) * n).filter(counted, *among)
    yield func.sum(n).filter(sql.asked(formula, facets), *among)
    yield func.sum(n).filter(sql.answered(formula, facets), *among)
    yield from (func.sum(n).filter(sql.left_out(formula, facets, ground), *among) for ground in formula.leave_out)


def _kinds(formulas: Sequence[Formula], asked: Asked, selected: Selected, tests: sql.Flags) -> Select[Any]:
    """How many outcomes there are of each kind, by dimension; of rows, of each that the formulas can tell apart."""
    source, of = selected.source, formulas[0]
    mask = reduce(or_, (sql.mask(formula) for formula in formulas))
    keys = [
        *(_key(name, of, asked, selected).label(f"key{nth}") for nth, name in enumerate(asked.by)),
        source.facets.bitwise_and(number(mask)).label("bits"),
        *(sql.flag(test).label(f"flag{nth}") for nth, test in enumerate(tests.values())),
    ]
    if selected.counted_from == "sums":
        return select(*keys, selected.n.label("n")).select_from(selected.table).where(selected.where)
    # By name: a whole expression again might hold parameters, and would be another one to PostgreSQL.
    names: list[ColumnElement[Any]] = [literal_column(key.name) for key in keys]
    chosen = select(*keys, func.count().label("n")).select_from(selected.table)
    return chosen.where(selected.where).group_by(*names)


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
        return cache(lambda day: day_of(int(day)).isoformat()[:length])
    if selected.dimension is not None or dimension in WORDS:
        return lambda word: word or ""
    values = ["" if value == NONE else value for value in FACETS[dimension].values]
    return lambda code: values[int(code)]
