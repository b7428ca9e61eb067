"""How well expert seats answer: counted over the consultations that were asked in a period."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from math import ceil
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Table, and_, select

from projections import knowledge
from projections.consultations import VIEW, failures, table
from projections.database import reading
from projections.marks import mark_of
from projections.moments import NEVER, from_micros, micros
from projections.view import Views

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
    with reading(views.engine) as connection:  # one state: the position is that of the very rows that were counted
        position = mark_of(connection, VIEW.label).position
        rows = connection.execute(_within(table, table.c.asked_at, since, until)).all()
        failed = connection.execute(_within(failures, failures.c.at, since, until)).all()
        written_back = knowledge.written_back(connection, since, until)
    cancelled = sum(row.phase == "cancelled" for row in rows)
    instantly = sum(row.phase == "answered" and row.offers == 1 and row.call_back is None for row in rows)
    waits = sorted(row.picked_after / 1_000_000 for row in rows if row.picked_after is not None)
    steps = Counter(("duty", "backup", "call_back", "ticket")[row.depth - 1] for row in rows)
    hours = Counter((row.skill, from_micros(row.at).hour, row.reason) for row in failed)
    counted = len(rows) - cancelled
    return Figures(
        position=position,
        asked=len(rows),
        open=sum(row.open for row in rows),
        answered_instantly=Share(
            numerator=instantly,
            denominator=counted,
            excluded=cancelled,
            share=instantly / counted if counted else None,
        ),
        pick_up_p50_seconds=_rank(waits, 0.5),
        pick_up_p90_seconds=_rank(waits, 0.9),
        depth=dict(steps),
        turned_into_tickets=sum(row.phase == "ticket" for row in rows),
        call_backs=dict(Counter(row.call_back for row in rows if row.call_back is not None)),
        knowledge_written_back=written_back,
        unavailable=[
            Failed(skill=skill, hour=hour, reason=reason, times=n) for (skill, hour, reason), n in sorted(hours.items())
        ],
    )


def _within(of: Table, column: Any, since: datetime | None, until: datetime | None) -> Any:
    begin = -NEVER if since is None else micros(since)
    end = NEVER if until is None else micros(until)
    wanted = [c for c in of.c if c.name != "doc"]
    return select(*wanted).where(and_(column >= begin, column < end))


def _rank(sorted_values: list[float], share: float) -> float | None:
    """The nearest rank: a value that occurred."""
    return sorted_values[ceil(share * len(sorted_values)) - 1] if sorted_values else None
