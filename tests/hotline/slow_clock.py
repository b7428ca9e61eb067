"""A clock counted the slow way: every day, or every minute, looked at one by one. Obviously right, used to judge the fast one.

It knows nothing of runs or of the product's calendar: it keeps a diary of "goes on" and "stands still", and asks a function
whether offices work on a day. All moments are whole minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hotline.counting import Limit

ZONE = ZoneInfo("Asia/Shanghai")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass
class SlowClock:
    limit: Limit
    started: datetime
    works: Callable[[date], bool]
    diary: list[tuple[datetime, bool]] = field(default_factory=list)
    stopped: datetime | None = None
    due: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.diary.append((self.started, True))
        self.due = self.used_up(Fraction(1))

    @property
    def running(self) -> bool:
        return self.diary[-1][1]

    def pause(self, at: datetime) -> None:
        if self.running:
            self.diary.append((at, False))

    def resume(self, at: datetime) -> None:
        if not self.running:
            self.diary.append((at, True))
            self.stopped = None
            self.due = self.used_up(Fraction(1))

    def stop(self, at: datetime) -> None:
        if self.stopped is None:
            self.pause(at)
            self.stopped = at

    def set_limit(self, limit: Limit) -> None:
        self.limit = limit
        if self.stopped is None:
            self.due = self.used_up(Fraction(1))

    def ran_just_before(self, moment: datetime) -> bool:
        """Whether it ran in the last instant before a moment, taking it as going on after its last stretch."""
        diary = self.diary if self.running else self.diary[:-1]
        return [running for at, running in diary if at < moment][-1:] == [True]

    def used_up(self, share: Fraction) -> datetime:
        """The moment a share of the limit is used."""
        return self._by_days(share) if self.limit.in_days else self._by_minutes(share)

    def _by_days(self, share: Fraction) -> datetime:
        wanted, counted, day = share * self.limit.amount, 0, self.started.date()
        while counted < wanted:
            day += DAY
            midnight = datetime.combine(day + DAY, time(), ZONE)
            if (self.limit.unit == "days" or self.works(day)) and self.ran_just_before(midnight):
                if wanted - counted < 1:
                    return (
                        datetime.combine(day, time(), ZONE)
                        + (wanted - counted).numerator * DAY / (wanted - counted).denominator
                    )
                counted += 1
        return datetime.combine(day + DAY, time(), ZONE)

    def _by_minutes(self, share: Fraction) -> datetime:
        per = {"hours": 60, "minutes": 1}[self.limit.unit]
        wanted, used, now = share * self.limit.amount * per, 0, self.started
        while used < wanted:
            if self.ran_just_before(now + MINUTE):
                if wanted - used < 1:
                    return now + (wanted - used).numerator * MINUTE / (wanted - used).denominator
                used += 1
            now += MINUTE
        return now


def after_due(due: datetime, limit: Limit, works: Callable[[date], bool]) -> datetime:
    """So many days after a due, one day at a time; 24:00 belongs to the day it ends."""
    day, left = (due - MINUTE).date(), limit.amount
    while left:
        day += DAY
        left -= limit.unit == "days" or works(day)
    return datetime.combine(day + DAY, time(), ZONE)
