"""The statements by which a page of an earlier board is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, cast, exists, func, literal, or_, select, union_all

from hotline.seeing import Scope
from projections.board_tables import given, table, then, unit_lines
from projections.board_then import part_word
from projections.board_wanted import BoardFilter, Place, following, in_scope, not_accused, wanted
from projections.spans import holding

KEPT = tuple(column.name for column in then.columns if column.name != "position")
"""The columns of a state: what it is searched and sorted by."""
_b, _t, _u, _g = table.c, then.c, unit_lines.c, given.c
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Sought:
    """What is looked for in the states at a position: ``apart`` are tickets that are looked for elsewhere."""

    scope: Scope
    filters: BoardFilter
    position: int
    apart: frozenset[UUID]
    after: Place | None
    limit: int


def open_then(sought: Sought) -> Select[Any]:
    """Tickets that were open: of all there ever were only those are read that were there and not at their end."""
    narrow = _narrowed(sought)
    if not narrow:
        return _latest(sought, holding(_b, sought.position), 0)
    there = (_b.began <= sought.position, _b.ended > sought.position)
    return _latest(sought, select(_b.ticket_id).where(*narrow, *there).subquery(), 0)


def over_then(sought: Sought) -> Select[Any]:
    """Tickets that were over, by their due: read in that order until there are enough; of units, all that these ever had."""
    narrow = _narrowed(sought)
    if narrow:
        there = select(_b.ticket_id).where(*narrow, _b.began <= sought.position).subquery()
        return _latest(sought, there, 1)
    later = then.alias()
    superseded = exists().where(
        later.c.ticket_id == _t.ticket_id, later.c.position > _t.position, later.c.position <= sought.position
    )
    found = _chosen(sought, then).where(_t.over == 1, _t.position <= sought.position, ~superseded)
    return _next(sought, found, _t)


def told(sought: Sought, states: FromClause) -> Select[Any]:
    """Among states that were told anew."""
    found = _conditioned(sought, states).join_from(states, table, states.c.ticket_id == _b.ticket_id)
    if sought.filters.over is not None:
        found = found.where(states.c.over == int(sought.filters.over))
    return _next(sought, found, states.c)


def table_of(states: Sequence[Mapping[str, Any]]) -> FromClause:
    """States as a table; SQLite takes at most some hundred."""
    types = {name: then.c[name].type for name in KEPT}
    rows = ([cast(literal(state[name], of), of).label(name) for name, of in types.items()] for state in states)
    return union_all(*(select(*row) for row in rows)).subquery("told")


def of_scope(scope: Scope) -> Conditions:
    """Tickets that units of a scope have a part in today."""
    if scope.units is None:
        return []
    own = select(_u.ticket_id).where(_u.unit.in_(sorted(scope.units)), *not_accused(scope, on_board=False))
    return [_b.ticket_id.in_(own)]


def _narrowed(sought: Sought) -> Conditions:
    """What leaves few enough tickets to look at the state of each."""
    narrow, unit = of_scope(sought.scope), sought.filters.unit
    if unit is not None:
        narrow.append(_b.ticket_id.in_(select(_g.ticket_id).where(_g.unit == unit, _g.position <= sought.position)))
    return narrow


def _latest(sought: Sought, tickets: FromClause, over: int) -> Select[Any]:
    """Of some tickets the state at the position, of those that were over or not."""
    earlier = then.alias()
    last = (
        select(func.max(earlier.c.position))
        .where(earlier.c.ticket_id == tickets.c.ticket_id, earlier.c.position <= sought.position)
        .correlate(tickets)
        .scalar_subquery()
    )
    states = tickets.join(then, and_(_t.ticket_id == tickets.c.ticket_id, _t.position == last))
    return _next(sought, _chosen(sought, states).where(_t.over == over), _t)


def _chosen(sought: Sought, states: FromClause) -> Select[Any]:
    found = _conditioned(sought, then).select_from(states.join(table, _t.ticket_id == _b.ticket_id))
    return found.where(_t.ticket_id.not_in(sorted(sought.apart, key=lambda ticket: ticket.int)))


def _conditioned(sought: Sought, states: FromClause) -> Select[Any]:
    """Scope by today, filters by the state."""
    c, scope = states.c, sought.scope
    column = {**{name: _b[name] for name in ("district", "source", "received_by")}, **{n: c[n] for n in KEPT}}

    def holds(word: str) -> ColumnElement[bool]:
        return func.replace(c.parts, word, "") != c.parts  # LIKE would take A for a on SQLite

    asked = wanted(sought.filters, column, lambda name, value: holds(part_word(**{name: value})))
    visible = [*in_scope(scope), *of_scope(scope), *not_accused(scope, on_board=True)]
    parts = [holds(word) for word in _words(sought)]
    if sought.filters.unit is not None:
        asked.append(holds(part_word(unit=sought.filters.unit)))
    if sought.filters.part is not None:
        asked.append(or_(*parts))
    return select(c.over, c.due, c.ticket_id).where(*asked, *visible)


def _words(sought: Sought) -> list[str]:
    """Whose part is asked for: that of the unit named, or of one's own, or anybody's."""
    own, unit, state = sought.scope.units, sought.filters.unit, sought.filters.part
    if unit is not None and (own is None or unit in own):
        return [part_word(unit=unit, state=state)]
    return [part_word(state=state)] if own is None else [part_word(unit=each, state=state) for each in sorted(own)]


def _next(sought: Sought, found: Select[Any], c: Any) -> Select[Any]:
    return following(found, c.over, c.due, c.ticket_id, sought.after, sought.limit)
