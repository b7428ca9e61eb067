"""Which tickets can lie in a period under another profile: never too few, and no more than must be told again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true, union

from hotline.command import Refused
from hotline.counting import Limit
from hotline.rates.fields import NUMBERS, WORDS, day_number
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from hotline.rules import Rules
from projections import scoreboard_tables as kept
from projections.rates_sources import states_of
from projections.rates_sql import Source, number, within

_DAYS = {"working_days": 1.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1_440, "seconds": 1 / 86_400}


@dataclass(frozen=True)
class Wanted:
    """One formula's question, of the facts as recorded or as told under a profile."""

    formula: Formula
    asked: Asked
    rules: Rules | None


def tickets_of(connection: Connection, wanted: Sequence[Wanted], most: int | None) -> list[UUID]:
    """The tickets, in the order of their ids.  Raises Refused ``what_if_too_many`` where there are more than ``most``."""
    found = union(*(_of(one) for one in wanted)).subquery()
    if most is not None:
        n = connection.execute(select(func.count()).select_from(found)).scalar_one()
        if n > most:
            raise Refused("what_if_too_many", tickets=n, most=most)
    return list(connection.scalars(select(found.c.ticket_id).order_by(found.c.ticket_id)))


def _of(one: Wanted) -> Select[tuple[UUID]]:
    asked = one.asked
    c = states_of(asked, None if _moves(one) else one.formula).c
    days: dict[Any, Any] = {cohort: c[f"{cohort}_day"] for cohort in kept.COHORTS}
    source = Source(c.facets, days, {name: c[name] for name in (*WORDS, *NUMBERS)})
    filters = (within(name, values, source) for name, values in asked.filters.items())
    return select(c.ticket_id).where(and_(true(), c.kind == "ticket", _in_period(one, c), *filters))


def _moves(one: Wanted) -> bool:
    """Whether the profile may have moved the day that puts a ticket into the period."""
    return one.formula.cohort == "due" and one.rules is not None


def _in_period(one: Wanted, c: Any) -> ColumnElement[bool]:
    """Only a due moves with the profile.  A due lies after receipt, and not further after the end of the work than the whole
    limit reaches; what was extended is looked at in any case."""
    start, end = (number(day_number(day)) for day in (one.asked.start, one.asked.end))
    if not _moves(one) or one.rules is None:
        day: ColumnElement[bool] = c[f"{one.formula.cohort}_day"].between(start, end)
        return day
    reach = number(_reach(one.rules))
    open_then = or_(c.closed_day.is_(None), c.extensions > 0, c.closed_day >= start - reach)
    return and_(c.dispatched_at.is_not(None), c.received_day <= end, open_then)


def _reach(rules: Rules) -> int:
    """Natural days that the longest limit can reach: working days may be half of all, with a long holiday among them."""
    return max(_natural(row.limit) for row in rules.profile.limits.policy)


def _natural(limit: Limit) -> int:
    return int(limit.amount * _DAYS[limit.unit] * 2) + 31
