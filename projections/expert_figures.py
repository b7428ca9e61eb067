"""How well expert seats answer: counted over the consultations that were asked in a period."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from math import ceil
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from projections import knowledge
from projections.consultations import VIEW, failures, table
from projections.database import reading
from projections.marks import mark_of
from projections.moments import NEVER, from_micros, micros
from projections.view import Views

_STEPS = ("duty", "backup", "call_back", "ticket")
_HOUR = 3_600_000_000
"""In microseconds.  The country's one time zone is whole hours away from that of 1970."""
_FORMULA = "experts/1"
"""answered instantly = picked up on the first offer and answered, without being given back or put off to a call-back,
among all that were asked and not cancelled.  (ours)"""


class Share(BaseModel):
    """A rate with what it was made of."""

    numerator: int
    denominator: int
    excluded: int = Field(description="Cancelled: in neither")
    share: float | None
    formula: str = _FORMULA


class Failed(BaseModel):
    """How often no expert was to be had, by skill and hour of the day (in the profile's country)."""

    skill: str
    hour: int
    reason: str
    times: int


class Figures(BaseModel):
    """All figures, as of a position of the log."""

    position: int
    asked: int
    open: int
    answered_instantly: Share
    pick_up_p50_seconds: float | None
    pick_up_p90_seconds: float | None
    depth: dict[str, int] = Field(description="Step of the ladder that was reached → how many questions")
    turned_into_tickets: int
    call_backs: dict[str, int] = Field(description="booked (and open), kept, missed")
    knowledge_written_back: int
    unavailable: list[Failed]


def figures(views: Views, since: datetime | None = None, until: datetime | None = None) -> Figures:
    """The figures of what was asked from ``since`` until before ``until``."""
    asked = _within(table.c.asked_at, since, until)
    instantly = (table.c.phase == "answered") & (table.c.offers == 1) & table.c.call_back.is_(None)
    wholes = [func.count(), *(_times(each) for each in (
        table.c.phase == "cancelled", instantly, table.c.open == 1, table.c.phase == "ticket", table.c.picked_after.is_not(None)
    ))]  # fmt: skip
    hour = failures.c.at // _HOUR
    with reading(views.engine) as connection:  # one state: the position is that of the very rows that were counted
        position = mark_of(connection, VIEW.label).position
        all_, cancelled, at_once, open_, turned, picked = connection.execute(select(*wholes).where(asked)).one()
        waits = [_rank(connection, asked, picked, share) for share in (0.5, 0.9)]
        depths, booked = (_by(connection, column, asked) for column in (table.c.depth, table.c.call_back))
        failed = connection.execute(
            select(failures.c.skill, hour, failures.c.reason, func.count())
            .where(_within(failures.c.at, since, until))
            .group_by(failures.c.skill, hour, failures.c.reason)
        ).all()
        written_back = knowledge.written_back(connection, since, until)
    hours: Counter[tuple[str, int, str]] = Counter()
    for skill, since_1970, reason, times in failed:
        hours[skill, from_micros(since_1970 * _HOUR).hour, reason] += times
    counted = all_ - cancelled
    return Figures(
        position=position,
        asked=all_,
        open=open_,
        answered_instantly=Share(
            numerator=at_once,
            denominator=counted,
            excluded=cancelled,
            share=at_once / counted if counted else None,
        ),
        pick_up_p50_seconds=waits[0],
        pick_up_p90_seconds=waits[1],
        depth={_STEPS[depth - 1]: times for depth, times in depths.items()},
        turned_into_tickets=turned,
        call_backs=booked,
        knowledge_written_back=written_back,
        unavailable=[
            Failed(skill=skill, hour=hour, reason=reason, times=n) for (skill, hour, reason), n in sorted(hours.items())
        ],
    )


def _within(column: Any, since: datetime | None, until: datetime | None) -> Any:
    begin = -NEVER if since is None else micros(since)
    end = NEVER if until is None else micros(until)
    return and_(column >= begin, column < end)


def _times(holds: ColumnElement[bool]) -> ColumnElement[int]:
    """How often something holds; what is not known does not."""
    return func.count(case((holds, 1)))


def _by(connection: Connection, column: Any, asked: Any) -> dict[Any, int]:
    """How many questions there are of each value, but for none."""
    rows = connection.execute(select(column, func.count()).where(asked, column.is_not(None)).group_by(column))
    return {row[0]: row[1] for row in rows}


def _rank(connection: Connection, asked: Any, picked: int, share: float) -> float | None:
    """The nearest rank of the waits until somebody picked up, in seconds: a value that occurred."""
    waits = select(table.c.picked_after).where(asked, table.c.picked_after.is_not(None)).order_by(table.c.picked_after)
    found = connection.scalar(waits.offset(max(ceil(share * picked) - 1, 0)).limit(1))
    return None if found is None else found / 1_000_000
