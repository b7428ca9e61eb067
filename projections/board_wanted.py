"""What is asked of a board, now or as it was: filters and scope as conditions, places to go on from, and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, literal, or_, tuple_

from hotline.seeing import Scope
from projections.board_tables import table, unit_lines
from projections.moments import NEVER, micros

_b, _u = table.c, unit_lines.c
Place = tuple[int, int, UUID]
"""Where a page ends in the order of a board: over, due, ticket."""


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


def place(after: str | None) -> Place | None:
    """The place that ``next`` of a page names.  Raises ValueError for one that no page has given."""
    if after is None:
        return None
    try:
        over, due, ticket = after.split(".")
        found = int(over), int(due), UUID(hex=ticket)
    except ValueError:
        raise ValueError("this is no place on the board: take `next` of the page before") from None
    if found[0] not in (0, 1) or not -NEVER <= found[1] <= NEVER:
        raise ValueError("this is no place on the board: take `next` of the page before")
    return found


def following(query: Select[Any], over: Any, due: Any, ticket: Any, after: Place | None, limit: int) -> Select[Any]:
    """The next so many rows of a query in the order of a board."""
    if after is not None:
        query = query.where(
            tuple_(over, due, ticket) > tuple_(literal(after[0]), literal(after[1]), literal(after[2], Uuid))
        )
    return query.order_by(over, due, ticket).limit(limit)


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """``hotline.seeing.sees`` as conditions, but for the units, which choose the lines that are read, and ``not_accused``."""
    conditions: list[ColumnElement[bool]] = []
    if scope.district is not None:
        conditions.append(_b.district == scope.district)
    if scope.not_about is not None:
        conditions.append(or_(_b.about_team.is_(None), _b.about_team != scope.not_about))
    return conditions


def not_accused(scope: Scope, *, on_board: bool) -> list[ColumnElement[bool]]:
    """Reports that the scope must not find; a unit's lines know themselves whom theirs accuse."""
    if not scope.never_accused:
        return []
    never = sorted(scope.never_accused)
    if not on_board:
        return [or_(_u.accuses.is_(None), _u.accuses.not_in(never))]
    other = or_(_b.type.is_(None), _b.type != "report", _b.accused_unit.is_(None))
    return [or_(other, _b.accused_unit.not_in(never))]


def wanted(
    filters: BoardFilter,
    column: Mapping[str, ColumnElement[Any]],
    has_part: Callable[[str, str], ColumnElement[bool]],
) -> list[ColumnElement[bool]]:
    """What is asked of a ticket, with the columns and the parts that tell how it stood; ``over``, ``unit`` and ``part`` are left
    to whoever knows where to look for them."""
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(column["state"].in_(filters.states))
    named = {
        name: getattr(filters, name)
        for name in ("type", "district", "urgency", "source", "problem", "escalated", "alarm")
    }
    conditions += [column[name] == value for name, value in named.items() if value is not None]
    if filters.category:
        path = "".join(f"{step}/" for step in filters.category)
        conditions.append(column["category"].startswith(path, autoescape=True))
    if filters.overdue_at is not None:
        conditions.append(column["late_from"] <= micros(filters.overdue_at))
    if filters.supervised is not None:
        conditions.append(column["supervision"] > 0 if filters.supervised else column["supervision"] == 0)
    if filters.mine is not None:
        conditions.append(or_(column["received_by"] == filters.mine, has_part("signed_by", filters.mine)))
    return conditions
