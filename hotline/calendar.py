"""Which days are working days in China, make-up workdays included.

Three sources, asked in this order: the profile's own table for a year (the State Council's notice, entered by a clerk when
it appears), the table that `chinesecalendar` ships, and, where nobody has published anything yet, the plain weekday rule.
The third is a guess and says so: `is_known` is False there, and a due computed from it is recorded as provisional.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays as _holidays
from chinese_calendar.constants import workdays as _makeup_workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)

_PUBLISHED_HOLIDAYS: frozenset[date] = frozenset(_holidays)
_PUBLISHED_WORKDAYS: frozenset[date] = frozenset(_makeup_workdays)
_PUBLISHED_YEARS = range(min(_PUBLISHED_HOLIDAYS).year, max(_PUBLISHED_HOLIDAYS).year + 1)


@dataclass(frozen=True)
class CalendarTable:
    """One year's notice on holidays. It may also name days of the December before, as the real notices sometimes do."""

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str = ""


@dataclass(frozen=True)
class Calendar:
    """Working days in one time zone, the zone of all day arithmetic.

    `tables` override the published calendar: a day a table names is what the table says; every other day of a table's year
    follows the weekday rule, and the rest of the December before follows whatever is known of it.
    """

    zone: tzinfo = SHANGHAI
    tables: tuple[CalendarTable, ...] = field(default=())

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`; never raises: past the published calendar it is the weekday rule."""
        if day in self._own_holidays:
            return False
        if day in self._own_workdays:
            return True
        weekday = day.weekday() < 5
        if day.year in self._own_years or day.year not in _PUBLISHED_YEARS:
            return weekday
        return day in _PUBLISHED_WORKDAYS or (weekday and day not in _PUBLISHED_HOLIDAYS)

    def is_known(self, day: date) -> bool:
        """Whether a published table (the profile's or the library's) covers `day`."""
        return day.year in self._own_years or day.year in _PUBLISHED_YEARS

    @cached_property
    def known_until(self) -> date:
        """The last date covered without a gap, counted on from the library's table."""
        year = _PUBLISHED_YEARS[-1]
        while year + 1 in self._own_years:
            year += 1
        return date(year, 12, 31)

    def day_of(self, moment: datetime) -> date:
        """The date on which `moment` falls here. Raises ValueError for a moment without a time zone."""
        return self.local(moment).date()

    def local(self, moment: datetime) -> datetime:
        """`moment` told in this calendar's zone. Raises ValueError for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return moment.astimezone(self.zone)

    def end_of(self, day: date) -> datetime:
        """24:00 of `day`, which is 00:00 of the next."""
        return datetime.combine(day + ONE_DAY, time(), self.zone)

    @cached_property
    def _own_years(self) -> frozenset[int]:
        return frozenset(table.year for table in self.tables)

    @cached_property
    def _own_holidays(self) -> frozenset[date]:
        return _union(table.holidays for table in self.tables)

    @cached_property
    def _own_workdays(self) -> frozenset[date]:
        return _union(table.workdays for table in self.tables)


def _union(sets: Iterable[frozenset[date]]) -> frozenset[date]:
    return frozenset().union(*sets)
