"""Moments in columns, as numbers: microseconds since 1970 sort alike in every database and lose no zone.

In a document a moment stands as it came from the fact until the document is written, and as text after it was read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hotline.calendar import SHANGHAI

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 2**62
"""Sorts after every real moment."""


def micros(moment: datetime | str) -> int:
    """The moment as a number, exact to the microsecond."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return round(moment.timestamp() * 1_000_000)


def from_micros(number: int) -> datetime:
    """The number as a moment, in the country's one time zone."""
    return (_EPOCH + timedelta(microseconds=number)).astimezone(SHANGHAI)


def moment(written: datetime | str | None) -> datetime | None:
    """A moment of a document, in the country's one time zone."""
    if written is None:
        return None
    return (datetime.fromisoformat(written) if isinstance(written, str) else written).astimezone(SHANGHAI)
