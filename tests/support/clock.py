"""A clock that is set by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
A_MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)  # an ordinary working week lies ahead of it


class SettableClock:
    """Called like the product's clock: `clock()` is the present moment, in Asia/Shanghai, until it is moved."""

    def __init__(self, at: datetime = A_MONDAY_MORNING) -> None:
        self.set(at)

    def __call__(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> datetime:
        """Put the clock to `at` (aware; ValueError otherwise), forwards or backwards."""
        if at.utcoffset() is None:
            raise ValueError(f"{at!r} names no time zone")
        self._at = at.astimezone(ZONE)
        return self._at

    def advance(
        self, by: timedelta | None = None, /, *, days: float = 0, hours: float = 0, minutes: float = 0
    ) -> datetime:
        """Move on by a timedelta or by natural days, hours and minutes; returns the new moment."""
        return self.set(self._at + (by or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes))
