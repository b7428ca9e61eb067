"""Everything that waits, by the moment it waits for: the clock works through this list instead of sleeping.

One line for each level of each running clock that has not rung.  A clock that is paused, stopped or moved takes its
lines with it: every fact that changes a clock carries the clock's whole reading, whose alarms are what is to ring yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, String, Table, Uuid, select

from hotline.calendar import SHANGHAI
from hotline.facts import Recorded
from hotline.timers import RING
from projections.moments import from_micros, micros
from projections.view import Doc, Lines, View, Views, main_table, metadata

_SHIFT = timedelta(days=31)
"""Published holidays move a guessed due by some days, never by more than this."""

table = main_table("due_list_v2", Column("provisional_due", BigInteger, nullable=True, index=True))
timers = Table(
    "due_list_v2_timers",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),  # or another stream's: seats and consultations have timers too
    Column("kind", String(16), nullable=False),
    Column("clock", String(96), primary_key=True),
    Column("level", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("due_list_v2_timers_at", "at", "ticket_id"),
    sqlite_with_rowid=False,
)

_ORDER = (timers.c.at, timers.c.ticket_id, timers.c.clock, timers.c.level)


@dataclass(frozen=True, slots=True)
class Timer:
    """A level of a clock rings at ``at``, and not before.  ``kind`` is that of the stream whose clock it is."""

    kind: str
    stream: UUID
    clock: str
    level: str
    at: datetime


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The waiting levels and provisional dues of a stream after one more fact."""
    fact: Any = recorded.fact
    if not fact.clocks:
        return doc
    waiting, provisional = ({**doc["waiting"]}, {**doc["provisional"]}) if doc is not None else ({}, {})
    for reading in fact.clocks:
        waiting.pop(reading.clock, None)
        provisional.pop(reading.clock, None)
        if reading.alarms:
            waiting[reading.clock] = reading.alarms
        if reading.provisional:
            provisional[reading.clock] = reading.due
    kind = fact.TOPIC.partition(".")[0]
    return {"kind": kind, "waiting": waiting, "provisional": provisional}


def columns(doc: Doc) -> Mapping[str, Any]:
    return {"provisional_due": min(map(micros, doc["provisional"].values()), default=None)}


def lines(doc: Doc) -> list[dict[str, Any]]:
    return [
        {"kind": doc["kind"], "clock": clock, "level": level, "at": micros(at)}
        for clock, levels in doc["waiting"].items()
        for level, at in levels.items()
    ]


VIEW = View("due_list", 2, fold, table, columns, lines=(Lines(timers, lines),), kinds=tuple(RING))


def due(views: Views, now: datetime, limit: int = 500) -> list[Timer]:
    """What should have rung by ``now``, the longest waiting first."""
    query = select(timers).where(timers.c.at <= micros(now)).order_by(*_ORDER).limit(limit)
    with views.engine.connect() as connection:
        found = connection.execute(query)
        return [Timer(row.kind, row.ticket_id, row.clock, row.level, from_micros(row.at)) for row in found]


def next_at(views: Views, after: datetime | None = None) -> datetime | None:
    """The moment the next level rings, or the next after a moment; None when nothing waits."""
    query = select(timers.c.at).order_by(timers.c.at).limit(1)
    with views.engine.connect() as connection:
        at = connection.scalar(query if after is None else query.where(timers.c.at > micros(after)))
    return None if at is None else from_micros(at)


def provisional(views: Views, known_until: date) -> list[UUID]:
    """Tickets with a due that was guessed and that a calendar reaching to ``known_until`` may settle."""
    end = datetime.combine(known_until, time.max, SHANGHAI) + _SHIFT
    query = select(table.c.ticket_id).where(table.c.provisional_due <= micros(end)).order_by(table.c.provisional_due)
    with views.engine.connect() as connection:
        return list(connection.scalars(query))
