"""A calendar month in local time, as a bulletin is of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline.calendar import SHANGHAI
from hotline.command import Refused

_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """From its first day to its last, both within it."""

    first: date

    @classmethod
    def read(cls, written: str) -> Month:
        """A month as it is written, ``2026-10``.  Raises Refused ``unknown_month``."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise Refused("unknown_month", month=written[:20])
        return cls(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return self.first.isoformat()[:7]

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day that is no longer of it."""
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def before(self) -> Month:
        """The month before, across New Year too."""
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer of it."""
        return datetime.combine(self.after, time(), SHANGHAI)
