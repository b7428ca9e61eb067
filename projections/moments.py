"""Moments as numbers: microseconds since 1970, which sort alike in every database and lose no zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

from hotline.calendar import SHANGHAI

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 2**62
"""Sorts after every real moment."""


def micros(moment: datetime) -> int:
    """The moment as a number; exact to the microsecond."""
    return round(moment.timestamp() * 1_000_000)


@overload
def moment(number: int) -> datetime: ...
@overload
def moment(number: int | None) -> datetime | None: ...
def moment(number: int | None) -> datetime | None:
    """The number as a moment, in the country's one time zone."""
    return None if number is None else (_EPOCH + timedelta(microseconds=number)).astimezone(SHANGHAI)
