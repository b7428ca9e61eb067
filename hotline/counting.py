"""How a limit is counted over the stretches in which a clock ran: the arithmetic behind `clocks`, and nothing else.

The rule
- Limits in hours, minutes and seconds are natural time while the clock runs.
- Day limits count dates. A date counts if it is later than the date on which the clock first started (Civil Code 201: the
  day of the start is not counted), if it is a working day (or any day, for the unit "days"), and if the clock is running at
  its 24:00, that is, in the last instant before midnight. The due is 24:00 of the N-th counted date (Civil Code 201, 203).
- "One midnight, one day" is our rule for pauses, no published one was found: a pause that begins and ends inside one day
  costs nothing, and one that spans a midnight takes exactly the dates whose midnights it spans out of the count.
- A limit of 0 days ends at 24:00 of the day of the start.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from math import ceil
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from hotline.calendar import ONE_DAY, Calendar

Unit = Literal["working_days", "days", "hours", "minutes", "seconds"]
_TICK = timedelta(microseconds=1)
_SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


class Limit(BaseModel):
    """So much time: an amount and its unit. A working day is a date of the calendar, an hour is a natural hour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(ge=0, le=100_000)
    unit: Unit

    @property
    def in_days(self) -> bool:
        """Whether dates are counted rather than hours."""
        return self.unit in ("working_days", "days")


class Run(BaseModel):
    """One stretch in which a clock ran; open (`until` is None) while it still runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("a run ends before it begins")
        return self


def due_of(limit: Limit, runs: Sequence[Run], calendar: Calendar) -> datetime:
    """The moment the limit is used up, taking the last run as going on."""
    return _used_up(Fraction(limit.amount), limit, runs, calendar)


def share_of(share: float, limit: Limit, runs: Sequence[Run], calendar: Calendar) -> datetime:
    """The moment `share` of the limit is used: whole counted days, then clock hours of the next counted day."""
    # The decimal as it was written in the profile: 0.7 of 10 days is 7 days, not 7.000000000000001.
    return _used_up(Fraction(str(share)) * limit.amount, limit, runs, calendar)


def after(moment: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """`limit` counted from `moment` in the ordinary way. 24:00 belongs to the day it ends, so one day after 24:00 of the
    3rd is 24:00 of the 4th."""
    start = calendar.local(moment)
    return due_of(limit, (Run(since=start - _TICK if limit.in_days else start),), calendar)


def working_days_later(moment: datetime, days: int, calendar: Calendar) -> datetime:
    """The same time of day on the `days`-th working day after `moment`'s; 24:00 stays 24:00 of its day."""
    due = calendar.local(moment)
    midnight = calendar.end_of(calendar.day_of(due - _TICK) - ONE_DAY)
    return after(due, Limit(amount=days, unit="working_days"), calendar) - ONE_DAY + (due - midnight)


def is_provisional(limit: Limit, start: datetime, due: datetime, calendar: Calendar) -> bool:
    """Whether a day nobody has published yet was counted on the way to `due`."""
    if limit.unit != "working_days":
        return False
    first, last = calendar.day_of(start), calendar.day_of(due - _TICK)
    years = range(first.year, last.year + 1)
    return not all(calendar.is_known(date(year, 1, 1)) for year in years)


def _used_up(amount: Fraction, limit: Limit, runs: Sequence[Run], calendar: Calendar) -> datetime:
    if limit.in_days:
        return _days_used(amount, limit, runs, calendar)
    return calendar.local(_time_used(timedelta(microseconds=ceil(amount * _SECONDS[limit.unit] * 1_000_000)), runs))


def _days_used(amount: Fraction, limit: Limit, runs: Sequence[Run], calendar: Calendar) -> datetime:
    whole, part = divmod(amount, 1)
    first_day = calendar.day_of(runs[0].since)
    days = _counted_days(limit, runs, calendar)
    last_whole = next(islice(days, whole - 1, None)) if whole else first_day
    if not part:
        return calendar.end_of(last_whole)
    midnight = calendar.end_of(next(days) - ONE_DAY)
    # Rounded up to the microsecond: an alarm is never early.
    return midnight + timedelta(microseconds=ceil(part * (ONE_DAY // _TICK)))


def _counted_days(limit: Limit, runs: Sequence[Run], calendar: Calendar) -> Iterator[date]:
    first_day = calendar.day_of(runs[0].since)
    for run in _last_one_open(runs):
        day = max(calendar.day_of(run.since), first_day + ONE_DAY)
        while run.until is None or calendar.end_of(day) <= run.until:
            if limit.unit == "days" or calendar.is_working(day):
                yield day
            day += ONE_DAY


def _time_used(amount: timedelta, runs: Sequence[Run]) -> datetime:
    left = amount
    for run in runs[:-1]:
        since = run.since.astimezone(UTC)  # elapsed time, not the wall clock's
        if run.until is not None and run.until - since < left:
            left -= run.until - since
        else:
            return since + left
    return runs[-1].since.astimezone(UTC) + left


def _last_one_open(runs: Sequence[Run]) -> Iterator[Run]:
    yield from runs[:-1]
    yield Run(since=runs[-1].since)
