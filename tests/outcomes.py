"""Outcome rows made by hand, and put where the scoreboard keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from hotline.calendar import SHANGHAI
from hotline.rates.outcome import SUMMED_MASK, OutcomeRow, pack
from projections.moments import micros
from projections.scoreboard_tables import rows, sums
from projections.view import Views

_EPOCH = date(1970, 1, 1)
_NOON = time(12)


def outcome(
    received: date = date(2026, 3, 2), closed: date | None = None, due: date | None = None, **fields: Any
) -> OutcomeRow:
    """A ticket received, closed and due at noon of these days; facets by name, everything else by its field's name."""
    names = OutcomeRow.__dataclass_fields__
    facets = {name: value for name, value in fields.items() if name not in names}
    own = {name: value for name, value in fields.items() if name in names}
    empty: dict[str, Any] = dict.fromkeys(
        ("unit", "tier", "category", "head", "district", "dispatched_at", "contacted_at", "replied_at")
    )
    counts = dict.fromkeys(("reworks", "returns", "extensions", "urges", "answers"), 0)
    given = {
        **empty, **counts, "kind": "ticket", "number": "26030212345678", "co_units": (), "facets": pack(facets),
        "received_at": _moment(received), "closed_at": closed and _moment(closed), "due_at": due and _moment(due),
        "received_day": _day(received), "closed_day": closed and _day(closed), "due_day": due and _day(due), **own,
    }  # fmt: skip
    return OutcomeRow(**given)


def put(views: Views, outcomes: Iterable[OutcomeRow]) -> list[UUID]:
    """Write rows as the scoreboard would; returns their ids, which count up from 1."""
    ids, found = [], []
    for nth, one in enumerate(outcomes, 1):
        ids.append(UUID(int=nth))
        found.append({"ticket_id": ids[-1], **asdict(one), "co_units": ";".join(one.co_units)})
    with views.writing() as connection:
        connection.execute(insert(rows), found)
    return ids


def put_sum(views: Views, one: OutcomeRow, n: int, *, cohort: str = "closed", by: str = "all", value: str = "") -> None:
    """Write one line of the daily sums."""
    start = {"received": one.received_day, "closed": one.closed_day, "due": one.due_day}[cohort]
    key = {"kind": one.kind, "cohort": cohort, "grain": "day", "by": by, "start": start, "value": value}
    with views.writing() as connection:
        connection.execute(insert(sums).values(**key, facets=one.facets & SUMMED_MASK, n=n))


def _day(day: date) -> int:
    return (day - _EPOCH).days


def _moment(day: date) -> int:
    return micros(datetime.combine(day, _NOON, SHANGHAI))
