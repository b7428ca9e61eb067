"""A February of made-up outcomes that can be counted by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.rates.fields import day_number
from hotline.rates.outcome import OutcomeRow, pack
from projections.view import Views
from tests.projections.filled import fill

FEBRUARY = "from=2026-02-01&to=2026-02-28"
FIRST, SECOND = "wuhou-housing", "jinjiang-housing"
_DAY = timedelta(days=1) // timedelta(microseconds=1)

RATED = {
    # number: unit, what the caller says of it, grounds it is left out on
    "26020200000011": (FIRST, "satisfied", ()),
    "26020200000022": (FIRST, "basically", ()),
    "26020200000033": (FIRST, "dissatisfied", ()),
    "26020200000044": (FIRST, "silent", ()),
    "26020200000055": (SECOND, "satisfied", ()),
    "26020200000066": (SECOND, "neutral", ()),
    "26020200000077": (SECOND, "dissatisfied", ("unreasonable",)),
    "26020200000088": (SECOND, "not_asked", ()),
}
"""Closed in February.  Rated only: 4 of 5; asked 7, answered 6; left out 1."""


def february(views: Views, *more: OutcomeRow) -> None:
    """Put the outcomes, and some more, where the scoreboard keeps them; once for each store."""
    fill(views, [(UUID(int=nth), row) for nth, row in enumerate((*rated(), *more), 1)])


def rated() -> Iterator[OutcomeRow]:
    for nth, (number, (unit, said, grounds)) in enumerate(RATED.items()):
        yield outcome(number, date(2026, 2, 3 + nth), unit, satisfied=said, excluded=frozenset(grounds), ended="closed")


def outcome(number: str, closed: date, unit: str, **facets: Any) -> OutcomeRow:
    """A ticket that was received the day before it was closed, and due the day after."""
    at, day = int(datetime.combine(closed, datetime.min.time(), UTC).timestamp()) * 1_000_000, day_number(closed)
    return OutcomeRow(
        kind="ticket", number=number, facets=pack(facets), unit=unit, tier="district", co_units=(),
        category="housing.heating", head="housing", district=unit.partition("-")[0],
        received_at=at - _DAY, dispatched_at=None, contacted_at=None, replied_at=None, closed_at=at, due_at=at + _DAY,
        received_day=day - 1, closed_day=day, due_day=day + 1,
        reworks=0, returns=0, extensions=0, urges=0, answers=0,
    )  # fmt: skip
