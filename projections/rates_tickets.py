"""The tickets behind a number: exactly those that were counted, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import and_, false, or_, select, true

from hotline.rates.evaluating import Verdict, judge
from hotline.rates.fields import cohort_day
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
    at = look.held(asked)
    today = today_of(at, asked)
    selected = select_from("versions" if asked.moved else "rows", formula, asked, today)
    table, day = selected.table.c, selected.source.days[formula.cohort]
    wanted = [selected.where, _of_part(formula, selected, part, ground, today)]
    if after is not None:
        last, ticket = _cursor(after)
        wanted.append(or_(day > number(last), and_(day == number(last), table.ticket_id > ticket)))
    query = select(selected.table).where(and_(*wanted)).order_by(day, table.ticket_id).limit(limit + 1)
    rows = [(ticket, outcome_row(tuple(row))) for ticket, *row in look.connection.execute(query)]
    found = [Found(ticket, row, verdict) for ticket, row in rows if (verdict := judge(formula, row, today)) is not None]
    assert len(found) == len(rows), "the database and the straight evaluation disagree on who belongs to a population"
    more = len(found) > limit
    return Page(found[:limit], _after(formula, found[limit - 1]) if more else None, at)


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


def _cursor(after: str) -> tuple[int, UUID]:
    day, _, ticket = after.partition(".")
    if not (day.isascii() and day.isdigit() and len(day) < 10):
        raise ValueError(after)
    return int(day), UUID(hex=ticket)
