"""Reading the board: pages over what lies in a scope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Select, and_, exists, select, union

from hotline.databases import look
from hotline.seeing import Scope
from projections.board_row import BoardRow, UnitPart, row_of, with_id
from projections.board_tables import table, unit_lines
from projections.board_wanted import BoardFilter, Page, Place, following, in_scope, not_accused, place, wanted
from projections.view import Views, find_docs

__all__ = ["BoardFilter", "BoardRow", "Page", "UnitPart", "every", "find", "page"]

_b, _u = table.c, unit_lines.c


def page(views: Views, scope: Scope, filters: BoardFilter, after: str | None = None, limit: int = 50) -> Page:
    """One page of what lies in a scope: what is open first, then by due, then by id.

    ``after`` is the ``next`` of the page before.  Raises ValueError for one that no page has given.
    """
    if scope.empty:
        return Page()
    found = _within(scope, filters, place(after), limit + 1)
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
def _within(scope: Scope, filters: BoardFilter, after: Place | None, limit: int) -> Select[Any]:
    """Kept for whoever asks again, as every screen does: to build the statement takes longer than to carry it out."""
    conditions = [*in_scope(scope), *wanted(filters, dict(_b), _has_part)]
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
        found = select(_b.over, _b.due, _b.ticket_id, _b.shown).where(*conditions, *not_accused(scope, on_board=True))
        return following(found, _b.over, _b.due, _b.ticket_id, after, limit)
    lines = select(_u.over, _u.due, _u.ticket_id).where(*not_accused(scope, on_board=False))
    if conditions:
        lines = lines.join_from(unit_lines, table, _u.ticket_id == _b.ticket_id).where(*conditions)
    if filters.part is not None:
        lines = lines.where(_u.part == filters.part)
    if filters.over is not None:
        lines = lines.where(_u.over == int(filters.over))
    return _of_units(sorted(units), lines, after, limit)


def _of_units(units: Sequence[str], lines: Select[Any], after: Place | None, limit: int) -> Select[Any]:
    """Each unit's lines are read in their own order and only as far as a page needs; then they are merged.  Rows of the board
    are looked at for those that are shown, and for others only where a filter asks for what no line has."""
    each = [
        select(following(lines.where(_u.unit == unit), _u.over, _u.due, _u.ticket_id, after, limit).subquery())
        for unit in units
    ]
    merged = (union(*each) if len(each) > 1 else each[0]).subquery()
    found = select(merged.c.over, merged.c.due, merged.c.ticket_id, _b.shown).join_from(
        merged, table, merged.c.ticket_id == _b.ticket_id
    )
    return found.order_by(merged.c.over, merged.c.due, merged.c.ticket_id).limit(limit)


def _has_part(column: str, value: str) -> ColumnElement[bool]:
    line = unit_lines.alias()
    return exists().where(and_(line.c.ticket_id == _b.ticket_id, line.c[column] == value))
