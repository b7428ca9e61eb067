"""Two ways to count one period, ticket by ticket: which of them count differently, and in whose name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import FromClause, Select, String, Subquery, Uuid, and_, case, cast, func, null, or_, select, union_all

from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from hotline.ticket.keeping_facts import Exclusion
from projections import rates_sql as sql
from projections.rates import Snapshot, today_of
from projections.rates_sources import selected_of, states_of, touching
from projections.rates_sql import Bool, Number, number

_ELSEWHERE, _NOT_COUNTED, _EXCLUDED, _COUNTED = 0, 1, 100, 1_000
_GROUNDS: tuple[str, ...] = get_args(Exclusion)


@dataclass(frozen=True)
class Status:
    """How one side counts a ticket."""

    stands: str
    """``elsewhere`` not of its population, ``not_counted`` not in the denominator, ``excluded``, or ``counted``."""
    ground: str | None = None
    weight: int = 0
    """Of a counted one, in ten-thousandths."""
    due_at: int | None = None
    """The citizen's due it is judged by, in microseconds, where the sides may differ in it; else None."""


@dataclass(frozen=True)
class Flip:
    """A ticket that the two sides count differently."""

    ticket_id: UUID
    number: str | None
    unit: str
    a: Status
    b: Status


@dataclass(frozen=True)
class Flips:
    """How many there are, of which unit, and some of them."""

    count: int
    by_unit: dict[str, int]
    some: Sequence[Flip]
    next: UUID | None


@dataclass(frozen=True)
class Side:
    """One way to count."""

    formula: Formula
    asked: Asked


def flips(look: Snapshot, a: Side, b: Side, *, after: UUID | None, limit: int) -> Flips:
    """The tickets that the two sides count differently, in the order of their ids.  Raises Refused ``view_behind``."""
    differ = _differing(look, a, b).cte("differ").prefix_with("MATERIALIZED", dialect="postgresql")
    # One statement for both: to find out who differs takes nearly all of the time, and is done once.
    c, unit = differ.c, func.coalesce(differ.c.unit, "").label("unit")
    page = select(c.ticket_id, c.number, unit, c.a, c.b).order_by(c.ticket_id).limit(limit + 1)
    if after is not None:
        page = page.where(c.ticket_id > after)
    nobody = (cast(null(), Uuid).label("ticket_id"), cast(null(), String).label("number"))
    counts = select(*nobody, unit, func.count().label("a"), number(0).label("b")).group_by(unit)
    found = look.connection.execute(union_all(select(page.subquery("page")), counts)).all()
    rows = sorted((row for row in found if row.ticket_id is not None), key=lambda row: row.ticket_id)
    units = sorted(((row.unit, row.a) for row in found if row.ticket_id is None), key=lambda each: (-each[1], each[0]))
    some = [Flip(r.ticket_id, r.number, r.unit, _read(r.a), _read(r.b)) for r in rows[:limit]]
    more = some[-1].ticket_id if len(rows) > limit else None
    return Flips(sum(n for _, n in units), dict(units), some, more)


def _differing(look: Snapshot, a: Side, b: Side) -> Select[Any]:
    """Ticket, number, unit, and how each side counts it, of those whom they count differently."""
    one, two = (states_of(side.asked, side.formula) for side in (a, b))
    if _alike(a, b):
        lies_a, how_a = _status(look, a, one)
        lies_b, how_b = _status(look, b, one)
        c = one.c
        both = select(c.ticket_id, c.number, c.unit, how_a.label("a"), how_b.label("b")).where(or_(lies_a, lies_b))
    else:
        each = union_all(_half(look, a, one, "a"), _half(look, b, two, "b")).subquery()
        both = _together(each)
    found = both.subquery()
    return select(found).where(found.c.a != found.c.b)


def _alike(a: Side, b: Side) -> bool:
    """Whether both sides can be read from the same states."""
    if not (a.asked.moved or b.asked.moved):
        return True
    times = [(side.asked.as_of, side.asked.happened_by) for side in (a, b)]
    return times[0] == times[1] and touching(a.asked, a.formula) == touching(b.asked, b.formula)


def _half(look: Snapshot, side: Side, states: FromClause, name: str) -> Select[Any]:
    """What one side says of every ticket of its population, and nothing of the other side."""
    lies, how = _status(look, side, states)
    a, b = (how, number(_ELSEWHERE)) if name == "a" else (number(_ELSEWHERE), how)
    c = states.c
    of_a, of_b = (c.unit, null()) if name == "a" else (null(), c.unit)
    said = (a.label("a"), b.label("b"), cast(of_a, String).label("unit_a"), cast(of_b, String).label("unit_b"))
    return select(c.ticket_id, c.number, *said).where(lies)


def _together(each: Subquery) -> Select[Any]:
    """Both sides' sayings of a ticket; its unit is that of the second side where it is there."""
    c = each.c
    unit = func.coalesce(func.max(c.unit_b), func.max(c.unit_a)).label("unit")
    said = (func.max(c.number).label("number"), unit, func.max(c.a).label("a"), func.max(c.b).label("b"))
    return select(c.ticket_id, *said).group_by(c.ticket_id)


def _status(look: Snapshot, side: Side, states: FromClause) -> tuple[Bool, Number]:
    """Whether a ticket may be of a side's population, and how it counts there, as a number."""
    formula, today = side.formula, today_of(look.held(side.asked), side.asked)
    chosen = selected_of(states, "rows", formula, side.asked)
    facets, flags = chosen.source.facets, sql.flags(formula, chosen.source, today)
    counts = case(
        *((sql.left_out(formula, facets, g), number(_EXCLUDED + _GROUNDS.index(g))) for g in formula.leave_out),
        (sql.counted(formula, facets, flags), number(_COUNTED) + sql.weight(formula, facets, flags)),
        else_=number(_NOT_COUNTED),
    )
    belongs = and_(chosen.where, sql.holds(formula.among, facets, flags))
    return chosen.where, case((belongs, counts), else_=number(_ELSEWHERE))


def _read(code: int) -> Status:
    if code >= _COUNTED:
        return Status("counted", weight=code - _COUNTED)
    if code >= _EXCLUDED:
        return Status("excluded", ground=_GROUNDS[code - _EXCLUDED])
    return Status("not_counted" if code == _NOT_COUNTED else "elsewhere")
