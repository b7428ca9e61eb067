"""Reading the board: filters and pages over what lies in a scope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Select, Uuid, and_, exists, literal, or_, select, tuple_, union

from hotline.databases import look
from hotline.seeing import Scope
from projections.board_row import BoardRow, UnitPart, row_of, with_id
from projections.board_tables import table, unit_lines
from projections.moments import NEVER, micros
from projections.view import Views, find_docs

__all__ = ["BoardFilter", "BoardRow", "Page", "UnitPart", "every", "find", "page"]

_b, _u = table.c, unit_lines.c


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What to show of what one may see; nothing named means everything.

    ``category`` is a path from the top; ``overdue_at`` keeps what is overdue at that moment; ``mine`` is an account
    that took the request down or signed for a part; ``part`` is the state of a part (of ``unit``, or of one's own).
    """

    over: bool | None = None
    states: tuple[str, ...] = ()
    unit: str | None = None
    part: str | None = None
    type: str | None = None
    category: tuple[str, ...] = ()
    district: str | None = None
    urgency: str | None = None
    source: str | None = None
    overdue_at: datetime | None = None
    problem: bool | None = None
    escalated: bool | None = None
    supervised: bool | None = None
    alarm: bool | None = None
    mine: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, each a ``BoardRow`` as JSON, and where the next page begins; None at the end."""

    rows: tuple[str, ...] = field(default=())
    next: str | None = None


def page(views: Views, scope: Scope, filters: BoardFilter, after: str | None = None, limit: int = 50) -> Page:
    """One page of what lies in a scope: what is open first, then by due, then by id.

    ``after`` is the ``next`` of the page before.  Raises ValueError for one that no page has given.
    """
    if scope.empty:
        return Page()
    found = _within(scope, filters, _beginning(after), limit + 1)
    got = look(views.engine, found)
    rows = tuple(with_id(ticket, text) for _, _, ticket, text in got[:limit])
    over, due, last, _ = got[limit - 1] if len(got) > limit else (0, 0, None, "")
    return Page(rows, f"{over}.{due}.{last.hex}" if last is not None else None)


def find(views: Views, tickets: Sequence[UUID]) -> list[BoardRow]:
    """The rows of these tickets, in their order; whoever asks must look himself who may see them."""
    with views.engine.connect() as connection:
        docs = dict(find_docs(connection, table, tickets))
    return [row_of(ticket, from_json(docs[ticket])) for ticket in tickets if ticket in docs]


def every(views: Views) -> Iterator[BoardRow]:
    """All rows as they stand at one moment, in no useful order; only for whoever may see everything."""
    with views.engine.connect() as connection:
        for ticket, text in connection.execute(select(_b.ticket_id, _b.doc), execution_options={"yield_per": 500}):
            yield row_of(ticket, from_json(text))


@lru_cache(maxsize=200)
def _within(scope: Scope, filters: BoardFilter, after: tuple[int, int, UUID] | None, limit: int) -> Select[Any]:
    """Kept for whoever asks again, as every screen does: to build the statement takes longer than to carry it out."""
    conditions = [*_in_scope(scope), *_wanted(filters)]
    units = scope.units if scope.units is not None else {filters.unit} if filters.unit else None
    if scope.units is not None and filters.unit in scope.units:
        units = {filters.unit}
    elif filters.unit is not None and scope.units is not None:
        conditions.append(_has_part("unit", filters.unit))
    if units is None:
        if filters.part is not None:
            conditions.append(_has_part("part", filters.part))
        if filters.over is not None:
            conditions.append(_b.over == int(filters.over))
        found = select(_b.over, _b.due, _b.ticket_id, _b.shown).where(*conditions, *_not_accused(scope, on_board=True))
        return _next(found, _b.over, _b.due, _b.ticket_id, after, limit)
    lines = select(_u.over, _u.due, _u.ticket_id).where(*_not_accused(scope, on_board=False))
    if conditions:
        lines = lines.join_from(unit_lines, table, _u.ticket_id == _b.ticket_id).where(*conditions)
    if filters.part is not None:
        lines = lines.where(_u.part == filters.part)
    if filters.over is not None:
        lines = lines.where(_u.over == int(filters.over))
    return _of_units(sorted(units), lines, after, limit)


def _of_units(units: Sequence[str], lines: Select[Any], after: tuple[int, int, UUID] | None, limit: int) -> Select[Any]:
    """Each unit's lines are read in their own order and only as far as a page needs; then they are merged.  Rows of the board
    are looked at for those that are shown, and for others only where a filter asks for what no line has."""
    each = [
        select(_next(lines.where(_u.unit == unit), _u.over, _u.due, _u.ticket_id, after, limit).subquery())
        for unit in units
    ]
    merged = (union(*each) if len(each) > 1 else each[0]).subquery()
    found = select(merged.c.over, merged.c.due, merged.c.ticket_id, _b.shown).join_from(
        merged, table, merged.c.ticket_id == _b.ticket_id
    )
    return found.order_by(merged.c.over, merged.c.due, merged.c.ticket_id).limit(limit)


def _next(query: Select[Any], over: Any, due: Any, ticket: Any, after: Any, limit: int) -> Select[Any]:
    if after is not None:
        query = query.where(
            tuple_(over, due, ticket) > tuple_(literal(after[0]), literal(after[1]), literal(after[2], Uuid))
        )
    return query.order_by(over, due, ticket).limit(limit)


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """``hotline.seeing.sees`` as conditions, but for the units, which choose the lines that are read, and ``_not_accused``."""
    conditions: list[ColumnElement[bool]] = []
    if scope.district is not None:
        conditions.append(_b.district == scope.district)
    if scope.not_about is not None:
        conditions.append(or_(_b.about_team.is_(None), _b.about_team != scope.not_about))
    return conditions


def _not_accused(scope: Scope, *, on_board: bool) -> list[ColumnElement[bool]]:
    """Reports that the scope must not find; a unit's lines know themselves whom theirs accuse."""
    if not scope.never_accused:
        return []
    never = sorted(scope.never_accused)
    if not on_board:
        return [or_(_u.accuses.is_(None), _u.accuses.not_in(never))]
    other = or_(_b.type.is_(None), _b.type != "report", _b.accused_unit.is_(None))
    return [or_(other, _b.accused_unit.not_in(never))]


def _wanted(filters: BoardFilter) -> list[ColumnElement[bool]]:
    """What is asked of a ticket's row; its lines know ``over`` and ``part`` themselves."""
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(_b.state.in_(filters.states))
    named = {
        name: getattr(filters, name)
        for name in ("type", "district", "urgency", "source", "problem", "escalated", "alarm")
    }
    conditions += [_b[name] == value for name, value in named.items() if value is not None]
    if filters.category:
        path = "".join(f"{step}/" for step in filters.category)
        conditions.append(_b.category.startswith(path, autoescape=True))
    if filters.overdue_at is not None:
        conditions.append(_b.late_from <= micros(filters.overdue_at))
    if filters.supervised is not None:
        conditions.append(_b.supervision > 0 if filters.supervised else _b.supervision == 0)
    if filters.mine is not None:
        conditions.append(or_(_b.received_by == filters.mine, _has_part("signed_by", filters.mine)))
    return conditions


def _has_part(column: str, value: str) -> ColumnElement[bool]:
    line = unit_lines.alias()
    return exists().where(and_(line.c.ticket_id == _b.ticket_id, line.c[column] == value))


def _beginning(after: str | None) -> tuple[int, int, UUID] | None:
    if after is None:
        return None
    try:
        over, due, ticket = after.split(".")
        place = int(over), int(due), UUID(hex=ticket)
    except ValueError:
        raise ValueError("this is no place on the board: take `next` of the page before") from None
    if place[0] not in (0, 1) or not -NEVER <= place[1] <= NEVER:
        raise ValueError("this is no place on the board: take `next` of the page before")
    return place
