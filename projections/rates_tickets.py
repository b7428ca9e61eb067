"""The tickets behind a number: exactly those that were counted, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, false, or_, select, true

from hotline.rates.evaluating import Verdict, judge
from hotline.rates.fields import cohort_day, day_number, day_of
from hotline.rates.formula import Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from projections import rates_sql as sql
from projections.rates import Snapshot, today_of
from projections.rates_moment import Held
from projections.rates_sources import Selected, select_from
from projections.rates_sql import Bool, number
from projections.scoreboard_outcome import outcome_row

Part = Literal["population", "denominator", "numerator", "not_numerator", "excluded", "asked", "answered"]
"""``numerator`` and ``not_numerator`` make up the denominator: those that add to the numerator, and those that do not."""


Cursor = tuple[int, UUID]
"""Day and ticket of the last one shown."""


@dataclass(frozen=True)
class Found:
    """One ticket or call behind a number, and what the formula says of it."""

    ticket_id: UUID
    row: OutcomeRow
    verdict: Verdict


@dataclass(frozen=True)
class Page:
    """Part of the list; ``next`` leads to the rest."""

    found: Sequence[Found]
    next: str | None
    held: Held


def page(
    look: Snapshot, formula: Formula, asked: Asked, part: Part, *, ground: str | None, after: str | None, limit: int
) -> Page:
    """Tickets in the order of their day.  Raises ValueError for an ``after`` that is none, Refused ``view_behind``."""
    at, first = look.held(asked), day_number(asked.start)
    last = _cursor(after) if after is not None else None
    rows: list[Sequence[Any]] = []
    for run in _runs(asked, max(first, last[0]) if last is not None else first):
        rows.extend(_rows(look, formula, run, part, ground, last, today_of(at, asked), limit + 1 - len(rows)))
        if len(rows) > limit:
            break
    found = [_judged(formula, row, today_of(at, asked)) for row in rows]
    return Page(found[:limit], _after(formula, found[limit - 1]) if len(rows) > limit else None, at)


def _runs(asked: Asked, first: int) -> Iterator[Asked]:
    """The rest of a period in runs of days, each longer than the one before: a page of a year is mostly of one day, and nobody
    needs to look at all of the others to put that first."""
    length, end = 1, day_number(asked.end)
    while first <= end:
        yield replace(asked, start=day_of(first), end=day_of(min(first + length - 1, end)))
        first, length = first + length, length * 4


def _rows(
    look: Snapshot,
    formula: Formula,
    asked: Asked,
    part: Part,
    ground: str | None,
    last: Cursor | None,
    today: int,
    limit: int,
) -> Sequence[Sequence[Any]]:
    selected = select_from("versions" if asked.moved else "rows", formula, asked, today)
    table, day = selected.table.c, selected.source.days[formula.cohort]
    wanted = [selected.where, _of_part(formula, selected, part, ground, today)]
    if last is not None:
        wanted.append(or_(day > number(last[0]), and_(day == number(last[0]), table.ticket_id > last[1])))
    query = select(selected.table).where(and_(*wanted)).order_by(day, table.ticket_id).limit(limit)
    return look.connection.execute(query).all()


def _judged(formula: Formula, row: Sequence[Any], today: int) -> Found:
    ticket, *said = row
    outcome = outcome_row(tuple(said))
    verdict = judge(formula, outcome, today)
    assert verdict is not None, "the database and the straight evaluation disagree on who belongs to a population"
    return Found(ticket, outcome, verdict)


def _of_part(formula: Formula, selected: Selected, part: Part, ground: str | None, today: int) -> Bool:
    facets = selected.source.facets
    flags = sql.flags(formula, selected.source, today)
    counted = sql.counted(formula, facets, flags)
    weight = sql.weight(formula, facets, flags)
    grounds = formula.leave_out if ground is None else tuple(g for g in formula.leave_out if g == ground)
    parts: dict[Part, Bool] = {
        "population": true(),
        "denominator": counted,
        "numerator": and_(counted, weight > number(0)),
        "not_numerator": and_(counted, weight == number(0)),
        "excluded": or_(false(), *(sql.left_out(formula, facets, each) for each in grounds)),
        "asked": sql.asked(formula, facets),
        "answered": sql.answered(formula, facets),
    }
    return and_(sql.holds(formula.among, facets, flags), parts[part])


def _after(formula: Formula, last: Found) -> str:
    return f"{cohort_day(last.row, formula.cohort)}.{last.ticket_id.hex}"


def _cursor(after: str) -> Cursor:
    day, _, ticket = after.partition(".")
    if not (day.isascii() and day.isdigit() and len(day) < 10):
        raise ValueError(after)
    return int(day), UUID(hex=ticket)
