"""Where a rate is counted from: the sums where they know enough, else every row, else every state there was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import FromClause, and_, or_, true

from hotline.rates.answer import CountedFrom
from hotline.rates.fields import AGES, NUMBERS, TIMES, WORDS, aspect_of, day_number, day_of
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from projections import scoreboard_tables as kept
from projections.rates_sql import Bool, Number, Source, number, within
from projections.scoreboard_versions import Touching, standing

Piece = tuple[str, int, int]
"""A grain with the first and the last start of a run of days or months."""


@dataclass(frozen=True)
class Selected:
    """Outcomes of a question, before a formula looks at them."""

    counted_from: CountedFrom
    table: FromClause
    source: Source
    where: Bool
    n: Number
    """How many tickets a row stands for."""
    dimension: str | None = None
    """Of sums: what their ``value`` is of."""
    whole_months: bool = False
    """Of sums: whether all are of months, so that a day is the first of its month already."""


def best(formula: Formula, asked: Asked) -> CountedFrom:
    """The quickest source that knows all that is asked."""
    if asked.moved:
        return "versions"
    named = {*asked.by, *asked.filters} - {*TIMES}
    return "sums" if aspect_in(formula) is not None and len(named) <= 1 and named <= {*kept.DIMENSIONS} else "rows"


def aspect_in(formula: Formula) -> str | None:
    """The aspect whose sums know all that a formula looks at."""
    return aspect_of(formula.fields, formula.of, formula.cohort)


def select_from(where: CountedFrom, formula: Formula, asked: Asked, today: int) -> Selected:
    """The outcomes of a question from one source."""
    if where == "sums":
        return _from_sums(formula, asked, today)
    return selected_of(kept.rows if where == "rows" else states_of(asked, formula), where, formula, asked)


def alike(
    formulas: Sequence[Formula], sources: Sequence[CountedFrom], today: int
) -> list[tuple[CountedFrom, tuple[Formula, ...]]]:
    """Formulas put together that look at the same outcomes of their source, so that these need be read only once."""
    found: dict[tuple[object, ...], tuple[CountedFrom, list[Formula]]] = {}
    for formula, where in zip(formulas, sources, strict=True):
        beside = (aspect_in(formula), frozenset(cuts(formula, today))) if where == "sums" else ()
        found.setdefault((where, formula.of, formula.cohort, *beside), (where, []))[1].append(formula)
    return [(where, tuple(each)) for where, each in found.values()]


def states_of(asked: Asked, formula: Formula | None) -> FromClause:
    """What every ticket and call had come to at the moment asked for; with a formula, at least those of its period."""
    if not asked.moved:
        return kept.rows
    return standing(asked.as_of, asked.happened_by, touching(asked, formula) if formula is not None else None)


def touching(asked: Asked, formula: Formula) -> Touching:
    """The period by the formula's own day."""
    return Touching((formula.cohort,), day_number(asked.start), day_number(asked.end))


def selected_of(table: FromClause, where: CountedFrom, formula: Formula, asked: Asked) -> Selected:
    """The outcomes of a question among rows of the form of ``rows``."""
    c = table.c
    days = {cohort: c[f"{cohort}_day"] for cohort in kept.COHORTS}
    source = Source(c.facets, days, {name: c[name] for name in (*WORDS, *NUMBERS)})  # type: ignore[arg-type]
    day = source.days[formula.cohort]
    wanted = and_(
        c.kind == formula.of,
        day.between(number(day_number(asked.start)), number(day_number(asked.end))),
        *(within(name, values, source) for name, values in asked.filters.items()),
    )
    return Selected(where, table, source, wanted, number(1))


def _from_sums(formula: Formula, asked: Asked, today: int) -> Selected:
    named = {*asked.by, *asked.filters} - {*TIMES}
    dimension = next(iter(named), "all")
    s = kept.sums.c
    runs = pieces(asked.start, asked.end, cuts(formula, today), by_day="day" in asked.by)
    periods = (and_(s.grain == grain, s.start.between(number(a), number(b))) for grain, a, b in runs)
    kinds = (s.aspect == aspect_in(formula), s.by == dimension)
    values = [s.value.in_(values) for values in asked.filters.values()]
    source = Source(s.facets, {formula.cohort: s.start}, {})
    whole = all(grain == "month" for grain, _, _ in runs)
    return Selected("sums", kept.sums, source, and_(true(), *kinds, or_(*periods), *values), s.n, dimension, whole)


def cuts(formula: Formula, today: int) -> Iterator[int]:
    """Days with which the answer to a question of age changes: a month is not counted whole across one."""
    for _, condition in formula.conditions():
        for table in condition:
            for field, test in table.items():
                if field in AGES and test.at_least is not None:
                    yield today - test.at_least + 1
                if field in AGES and test.at_most is not None:
                    yield today - test.at_most


def pieces(start: date, end: date, cuts: Iterable[int], *, by_day: bool) -> list[Piece]:
    """A period as whole months and the days at its ragged edges, none of them across a cut."""
    first, last = day_number(start), day_number(end)
    edges = [first, *sorted({cut for cut in cuts if first < cut <= last}), last + 1]
    found: list[Piece] = []
    for a, b in pairwise(edges):
        found.extend([("day", a, b - 1)] if by_day else _months(day_of(a), day_of(b - 1)))
    return found


def _months(start: date, end: date) -> Iterator[Piece]:
    whole = start if start.day == 1 else next_month(start)
    after = next_month(end) if next_month(end) == end + timedelta(days=1) else end.replace(day=1)
    if whole >= after:
        yield "day", day_number(start), day_number(end)
        return
    if start < whole:
        yield "day", day_number(start), day_number(whole) - 1
    yield "month", day_number(whole), day_number((after - timedelta(days=1)).replace(day=1))
    if after <= end:
        yield "day", day_number(after), day_number(end)


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
