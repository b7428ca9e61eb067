"""How well the line is answered: calls counted by the day and the hour at which they rang, and the connection rate.

The duty is published (GB/T 33358: at least 95 % over twenty-four hours, answered within 15 seconds); the standard leaves
faults and over-capacity apart, of which the telephone system tells us nothing, so nothing is left out for them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection, and_, case, func, select

from projections.calls import VIEW, table
from projections.database import reading
from projections.marks import mark_of
from projections.moments import NEVER, micros
from projections.view import Views

_FORMULA = "calls/1"
"""answered ÷ offered; answered within the profile's seconds ÷ offered; called back ÷ missed.  A call of whose end nothing was
told counts as not answered; one of whose ringing nothing was told is in neither, and counted apart."""

Empty = Literal["nothing_offered", "nothing_missed"]


class Rate(BaseModel):
    """A rate with what it was made of."""

    numerator: int
    denominator: int
    excluded: int = Field(description="Calls of which only later events were told: in neither")
    share: float | None
    reason: Empty | None = Field(description="Why there is no share: nothing to divide by")
    formula: str = _FORMULA


class Counts(BaseModel):
    """Calls that rang in one stretch of time."""

    offered: int
    answered: int
    answered_in_time: int = Field(description="Within the profile's seconds of ringing")
    missed: int = Field(description="Told as missed: to be called back")
    called_back: int = Field(description="Of the missed, called back at least once")
    reached: int = Field(description="Of those called back, reached")
    not_offered: int = Field(description="Calls of which only later events were told")


class Rates(BaseModel):
    """The rates of one stretch of time."""

    connection: Rate = Field(description="接通率")
    connection_in_time: Rate = Field(description="Answered within the profile's seconds")
    called_back: Rate = Field(description="漏接回拨率")


class Stretch(Counts):
    """One day, or one hour of the day over all days that were asked for."""

    day: str | None = None
    hour: int | None = None
    rates: Rates


class Figures(BaseModel):
    """All figures, as of a position of the log."""

    position: int
    within_seconds: int
    target: float = Field(description="The connection rate the profile asks for")
    total: Stretch
    days: list[Stretch] = Field(description="Days on which a call rang, in order")
    hours: list[Stretch] = Field(description="Hours of the day at which a call rang, in order")


def figures(
    views: Views, within: int, target: float, since: datetime | None = None, until: datetime | None = None
) -> Figures:
    """Calls that rang from ``since`` until before ``until``; ``within`` is the profile's number of seconds."""
    with reading(views.engine) as connection:  # one state: the position is that of the very calls that were counted
        position = mark_of(connection, VIEW.label).position
        cells = _cells(connection, within, since, until)
    return Figures(
        position=position,
        within_seconds=within,
        target=target,
        total=_stretch(cells),
        days=_grouped(cells, "day", lambda cell: cell.day),
        hours=_grouped(cells, "hour", lambda cell: cell.hour),
    )


def _cells(connection: Connection, within: int, since: datetime | None, until: datetime | None) -> Sequence[Any]:
    """The sums of each hour of each day: a few thousand rows for a year, however many calls there were."""
    t = table.c
    soon = case((t.answered_after <= within * 1_000_000, 1), else_=0)
    back = case((and_(t.missed == 1, t.returned == 1), 1), else_=0)
    sums = {
        "offered": t.offered,
        "answered": t.offered * t.answered,
        "answered_in_time": soon,
        "missed": t.missed,
        "called_back": back,
        "reached": back * t.reached,
        "not_offered": 1 - t.offered,
    }
    begin = -NEVER if since is None else micros(since)
    end = NEVER if until is None else micros(until)
    query = (
        select(t.day, t.hour, *(func.sum(of).label(name) for name, of in sums.items()))
        .where(and_(t.at >= begin, t.at < end))
        .group_by(t.day, t.hour)
        .order_by(t.day, t.hour)
    )
    return connection.execute(query).all()


def _grouped(cells: Sequence[Any], name: str, of: Callable[[Any], Any]) -> list[Stretch]:
    groups: dict[Any, list[Any]] = {}
    for cell in cells:
        groups.setdefault(of(cell), []).append(cell)
    return [_stretch(groups[key], **{name: key}) for key in sorted(groups)]


def _stretch(cells: Iterable[Any], **named: Any) -> Stretch:
    found = list(cells)
    n: dict[str, Any] = {name: sum(int(getattr(cell, name)) for cell in found) for name in Counts.model_fields}
    apart = n["not_offered"]
    rates = Rates(
        connection=_rate(n["answered"], n["offered"], apart, "nothing_offered"),
        connection_in_time=_rate(n["answered_in_time"], n["offered"], apart, "nothing_offered"),
        called_back=_rate(n["called_back"], n["missed"], 0, "nothing_missed"),
    )
    return Stretch(**n, **named, rates=rates)


def _rate(numerator: int, denominator: int, excluded: int, empty: Empty) -> Rate:
    return Rate(
        numerator=numerator,
        denominator=denominator,
        excluded=excluded,
        share=numerator / denominator if denominator else None,
        reason=None if denominator else empty,
    )
