"""The board as it was: as known at a moment, as things stood by one, or both; the rows are told anew from the log.

Which tickets a page shows is found by what the board wrote down of every state (``board_then.py``), as far as the log went at the
moment.  Where facts told late, or ahead of their time, make what stood differ from what was known, the few tickets
concerned are told anew before they are searched.  Who may see a ticket is decided by today, as for its own history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, Select, select

from hotline.application import Hotline
from hotline.command import Refused
from hotline.seeing import Scope
from hotline.two_times import up_to
from projections.board_fold import fold
from projections.board_row import shown, with_id
from projections.board_tables import table, untimely
from projections.board_then import state_of
from projections.board_wanted import BoardFilter, Page, Place, in_scope, not_accused, place
from projections.database import reading
from projections.marks import mark_of
from projections.moments import micros
from projections.past_board_sql import Sought, of_scope, open_then, over_then, table_of, told
from projections.rates_moment import position_at, recorded_at
from projections.spans import holding
from projections.view import Doc, Views

MOST_UNTIMELY = 1_000
"""Tickets that one page may have told anew only to be searched (ours): a second or two."""
_AT_A_TIME = 200
Found = tuple[int, int, UUID]


@dataclass(frozen=True, slots=True)
class Times:
    """When to look at it from; with neither, as everything is known by now."""

    as_of: datetime | None = None
    happened_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastPage:
    """A page, and how far the log went as it was known."""

    page: Page
    position: int


def page(
    views: Views,
    log: Hotline,
    scope: Scope,
    filters: BoardFilter,
    times: Times,
    after: str | None = None,
    limit: int = 50,
) -> PastPage:
    """One page in the order of the board, as ``board.page`` would have given it then to whoever sees today what is in a scope.

    Raises ValueError for an ``after`` that no page has given, Refused ``view_behind``, ``past_board_unsettled``.
    """
    where = place(after)
    with reading(views.engine) as connection:
        moment = _moment(log, mark_of(connection, table.name).position, times)
        if scope.empty:
            return PastPage(Page(), moment.known)
        found = _found(connection, moment, scope, filters, where, limit + 1)
    docs = ((ticket, moment.doc(ticket)) for _, _, ticket in found[:limit])
    rows = tuple(with_id(ticket, shown(moment.placed(ticket, doc))) for ticket, doc in docs if doc is not None)
    assert len(rows) == min(limit, len(found)), "the board and the log disagree on which tickets there were"
    over, due, last = found[limit - 1] if len(found) > limit else (0, 0, None)
    return PastPage(Page(rows, f"{over}.{due}.{last.hex}" if last is not None else None), moment.known)


@dataclass(frozen=True)
class _Moment:
    """A moment by both times, in positions of the log: ``position`` is up to where everything known then also stood."""

    log: Hotline
    position: int
    known: int
    edge: datetime | None
    """Up to when the log is known; None on an empty one."""
    happened_by: datetime | None

    def doc(self, ticket: UUID) -> Doc | None:
        """A ticket's document, told anew."""
        doc: Doc | None = None
        for recorded in up_to(self.log.history(ticket), as_of=self.edge, happened_by=self.happened_by):
            doc = fold(doc, recorded)
        return doc

    def placed(self, ticket: UUID, doc: Doc) -> Doc:
        """With the position that a fact read by its stream does not have."""
        return {**doc, "position": self.log.store.position_of(ticket, doc["version"])}


def _moment(log: Hotline, reached: int, times: Times) -> _Moment:
    as_of, happened_by = times.as_of, times.happened_by
    known = reached if as_of is None else position_at(log, as_of)
    stood = known if happened_by is None else position_at(log, happened_by)
    if reached < known or (as_of is None and reached < stood):
        raise Refused("view_behind")
    return _Moment(log, min(known, stood), known, as_of or recorded_at(log, reached), happened_by)


def _found(
    connection: Connection, moment: _Moment, scope: Scope, filters: BoardFilter, after: Place | None, limit: int
) -> list[Found]:
    """The first ``limit`` after a place."""
    apart = _untimely(connection, moment, scope, filters)
    sought = Sought(scope, filters, moment.position, frozenset(apart), after, limit)
    found: list[Found] = []
    if filters.over is not True and (after is None or not after[0]):
        found += _rows(connection, open_then(sought))
    if filters.over is not False and len(found) < limit:
        found += _rows(connection, over_then(sought))
    for states in _batches(moment, apart):
        found += _rows(connection, told(sought, states))
    return sorted(found, key=lambda f: (f[0], f[1], f[2].int))[:limit]


def _rows(connection: Connection, query: Select[Any]) -> list[Found]:
    return [(over, due, ticket) for over, due, ticket in connection.execute(query)]


def _untimely(connection: Connection, moment: _Moment, scope: Scope, filters: BoardFilter) -> list[UUID]:
    """Tickets of which, at this moment, something stood that was not known, or was known that did not stand yet."""
    if moment.happened_by is None:
        return []
    u, b = untimely.c, table.c
    spans = holding(u, micros(moment.happened_by), u.position <= moment.known)
    fixed = [b[name] == value for name in ("district", "source") if (value := getattr(filters, name)) is not None]
    query = (
        select(b.ticket_id)
        .where(b.ticket_id.in_(select(spans.c.ticket_id)), *in_scope(scope), *not_accused(scope, on_board=True))
        .where(*of_scope(scope), *fixed)
        .limit(MOST_UNTIMELY + 1)
    )
    found = list(connection.scalars(query))
    if len(found) > MOST_UNTIMELY:
        raise Refused("past_board_unsettled", most=MOST_UNTIMELY)
    return found


def _batches(moment: _Moment, tickets: Sequence[UUID]) -> Iterator[FromClause]:
    """The states of tickets told anew, as tables, some hundred rows each."""
    told_anew = iter(
        {"ticket_id": ticket, **state_of(doc)} for ticket in tickets if (doc := moment.doc(ticket)) is not None
    )
    while some := list(islice(told_anew, _AT_A_TIME)):
        yield table_of(some)
