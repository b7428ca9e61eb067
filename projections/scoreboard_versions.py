"""Every state that a ticket was ever in, by both times: rows that are only ever added.

A fact that comes in its turn (nothing known stood later) makes one row.  One that comes late changes what was so at its own
moment and at every later one, and makes a row for each of them; what was known before it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, and_, exists, func, literal_column, or_, select, true, tuple_

from projections.moments import NEVER, micros
from projections.scoreboard_draft import Draft, Row
from projections.scoreboard_outcome import come_to, take
from projections.scoreboard_steps import KNOWN, POSITION, STOOD, Step
from projections.scoreboard_tables import rows, versions
from projections.view import Doc

_NAMES = tuple(column.name for column in rows.columns if column.name != "ticket_id")


def since(before: Doc | None, doc: Doc) -> list[Mapping[str, Any]]:
    """The rows of what a document knows more than an earlier one did."""
    after = before["steps"][-1][POSITION] if before is not None else -1
    return [
        {"stood": stood, "position": step[POSITION], "known_at": step[KNOWN], **dict(zip(_NAMES, row, strict=True))}
        for stood, step, row in _states(doc["kind"], doc["steps"], after)
    ]


def _states(kind: str, steps: Sequence[Step], after: int) -> Iterator[tuple[int, Step, Row]]:
    """What a ticket came to, at which moment, by which step."""
    whole, latest, moments = Draft(kind), -NEVER, set[int]()
    for nth, step in enumerate(steps):
        stood = step[STOOD]
        take(whole, step)
        moments.add(stood)
        if step[POSITION] > after:
            if stood < latest:
                for moment in sorted(m for m in moments if m >= stood):
                    row = come_to(kind, (s for s in steps[: nth + 1] if s[STOOD] <= moment))
                    if row is not None:
                        yield moment, step, row
            elif (row := whole.row()) is not None:
                yield stood, step, row
        latest = max(latest, stood)


@dataclass(frozen=True)
class Touching:
    """Only what has one of these of its days in a period; both ends are counted from 1970 and lie within it."""

    cohorts: Sequence[str]
    first: int
    last: int

    def holds(self, table: FromClause) -> ColumnElement[bool]:
        a, b = (literal_column(str(int(day)), Integer) for day in (self.first, self.last))
        return or_(*(table.c[f"{cohort}_day"].between(a, b) for cohort in self.cohorts))


def standing(as_of: datetime | None, happened_by: datetime | None, only: Touching | None = None) -> FromClause:
    """Every ticket as it was known at ``as_of`` and stood by ``happened_by``, with the columns of ``rows``; of tickets that
    had no such day as ``only`` asks for, some or none."""
    v, w = versions, versions.alias("later")
    last = func.row_number().over(partition_by=v.c.ticket_id, order_by=(v.c.stood.desc(), v.c.position.desc()))
    # Of a year of a city there are thirty million states: those that touch the period are found by an index, and the last of
    # them is the ticket's if there is none after it.
    touching = only.holds(v) if only is not None else true()
    known = select(*(v.c[column.name] for column in versions.columns), last.label("nth"))
    found = known.where(_upto(v, as_of, happened_by), touching).subquery()
    states = select(*(found.c[column.name] for column in rows.columns)).where(found.c.nth == 1)
    if only is not None:
        same = and_(w.c.ticket_id == found.c.ticket_id, _upto(w, as_of, happened_by))
        after = tuple_(w.c.stood, w.c.position) > tuple_(found.c.stood, found.c.position)
        states = states.where(~exists().where(same, after))
    return states.subquery()


def _upto(table: FromClause, as_of: datetime | None, happened_by: datetime | None) -> ColumnElement[bool]:
    """Whether a state was known and stood by then."""
    known = table.c.known_at <= micros(as_of) if as_of is not None else true()
    return and_(known, table.c.stood <= micros(happened_by) if happened_by is not None else true())
