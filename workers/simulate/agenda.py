"""Who means to do what and when; and the office hours in which it is done."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from hotline.calendar import ONE_DAY, Calendar

Act = Callable[[], object]

OPENS, SHUTS = time(9), time(17, 30)
WAKES, SLEEPS = time(8, 30), time(20, 30)
"""When citizens may be called; inside every profile's quiet hours."""


@dataclass
class Agenda:
    """The earliest first; at one moment, what was noted first."""

    _heap: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _noted: int = 0

    def at(self, moment: datetime, act: Act) -> None:
        self._noted += 1
        heapq.heappush(self._heap, (moment, self._noted, act))

    @property
    def next(self) -> datetime | None:
        """When something is due; None when nobody means to do anything."""
        return self._heap[0][0] if self._heap else None

    def take(self) -> Act:
        """What is due first. Raises IndexError when there is nothing."""
        return heapq.heappop(self._heap)[2]


@dataclass(frozen=True)
class Hours:
    """Time as offices spend it. `pace` below 1 lets a demonstration's people act within minutes, day and night."""

    calendar: Calendar
    pace: float = 1.0

    def later(self, moment: datetime, minutes: float) -> datetime:
        """So many natural minutes later."""
        return moment + timedelta(minutes=minutes * self.pace)

    def in_office(self, moment: datetime, minutes: float) -> datetime:
        """When so many office minutes have passed."""
        if self.pace != 1.0:
            return self.later(moment, minutes)
        moment, left = self._open(moment), timedelta(minutes=minutes)
        while (rest := datetime.combine(moment.date(), SHUTS, moment.tzinfo) - moment) < left:
            left -= rest
            moment = self._open(datetime.combine(moment.date() + ONE_DAY, OPENS, moment.tzinfo))
        return moment + left

    def by_day(self, moment: datetime, minutes: float) -> datetime:
        """So many natural minutes later, but not while people sleep."""
        moment = self.later(self.calendar.local(moment), minutes)
        if self.pace != 1.0 or WAKES <= moment.time() <= SLEEPS:
            return moment
        day = moment.date() + (ONE_DAY if moment.time() > SLEEPS else timedelta())
        return datetime.combine(day, WAKES, moment.tzinfo) + timedelta(minutes=moment.minute)

    def _open(self, moment: datetime) -> datetime:
        moment = self.calendar.local(moment)
        opens = datetime.combine(moment.date(), OPENS, moment.tzinfo)
        if moment.time() >= SHUTS:
            opens += ONE_DAY
            moment = opens
        while not self.calendar.is_working(opens.date()):
            opens += ONE_DAY
            moment = opens
        return max(moment, opens)
