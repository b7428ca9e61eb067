"""What a formula may ask of an outcome: its facets, the words and numbers beside them, and how long ago its day was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

from hotline.rates.outcome import ASPECTS, FACETS, OutcomeRow

Cohort = Literal["received", "closed", "due"]

WORDS = ("unit", "tier", "category", "head", "district")
"""Fields that hold a word; what is not known is the empty word."""
NUMBERS = ("reworks", "returns", "extensions", "urges", "answers")
AGES: Mapping[str, Cohort] = {"received_days_ago": "received", "closed_days_ago": "closed", "due_days_ago": "due"}
"""Whole days from that day of a ticket to the day of the moment an answer is given for."""
FIELDS = (*FACETS, *WORDS, *NUMBERS, *AGES)

DIMENSIONS = (
    "day", "month", "unit", "head", "category", "channel", "district", "source", "type", "tier", "urgency",
)  # fmt: skip
"""What an answer may be split by; ``day`` and ``month`` are those of the formula's cohort."""
TIMES = ("day", "month")

_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01, as outcomes keep them."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def cohort_day(row: OutcomeRow, cohort: Cohort) -> int | None:
    """The day that puts a ticket into a period; None where it has not come to that."""
    match cohort:
        case "received":
            return row.received_day
        case "closed":
            return row.closed_day
        case "due":
            return row.due_day


def word_of(row: OutcomeRow, field: str) -> str:
    """A word of an outcome, empty where it is not known."""
    word: str | None = getattr(row, field)
    return word or ""


def key_of(row: OutcomeRow, cohort: Cohort, dimension: str) -> str:
    """Under what an outcome stands in a split answer; empty where it is not known.  Raises KeyError."""
    if dimension in WORDS:
        return word_of(row, dimension)
    if dimension in TIMES:
        day = cohort_day(row, cohort)
        assert day is not None, "only what lies in a period is split by time"
        return day_of(day).isoformat()[: 7 if dimension == "month" else 10]
    value = row.facet(dimension)
    assert isinstance(value, str), "a facet of many values is no dimension"
    return "" if value == "none" else value


def aspect_of(fields: Iterable[str], of: str, cohort: Cohort) -> str | None:
    """The aspect that knows all of these fields by the days of a cohort, so that sums of it will do; None if there is none."""
    facets = {field for field in fields if AGES.get(field) != cohort}
    fits = (name for name, a in ASPECTS.items() if (a.of, a.cohort) == (of, cohort) and facets <= {*a.facets})
    return next(fits, None)
