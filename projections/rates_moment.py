"""For when an answer holds, and up to where in the log it was counted: from the log alone, never from a wall clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline.command import Refused
from hotline.facts import Recorded
from hotline.rates.question import Asked


class Log(Protocol):
    """What is asked of the log (``hotline.application.Hotline``)."""

    def position(self) -> int: ...
    def facts_after(self, position: int, limit: int = 500) -> Sequence[Recorded]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """An answer's place in time."""

    position: int
    moment: datetime | None
    """None on an empty log."""


def held(log: Log, asked: Asked, reached: int) -> Held:
    """What to put on an answer counted when the view had reached a position.

    As of a moment it is where the log stood then, so that the answer is the same for ever.  Raises Refused ``view_behind``
    where the view has not come so far.
    """
    if asked.as_of is None:
        return Held(reached, asked.happened_by or recorded_at(log, reached))
    position = position_at(log, asked.as_of)
    if reached < position:
        raise Refused("view_behind")
    return Held(position, asked.happened_by or asked.as_of)


def position_at(log: Log, moment: datetime) -> int:
    """The last position recorded at or before a moment, 0 before the first: found by halving, since recorded times never
    fall."""
    known, beyond = 0, log.position() + 1
    while beyond - known > 1:
        middle = (known + beyond) // 2
        fact = next(iter(log.facts_after(middle - 1, 1)), None)
        if fact is not None and fact.recorded_at <= moment:
            known = max(middle, fact.position)
        else:
            beyond = middle
    return known


def recorded_at(log: Log, position: int) -> datetime | None:
    """When the fact at a position was recorded; None before the first."""
    if not position:
        return None
    fact = next(iter(log.facts_after(position - 1, 1)), None)
    return fact.recorded_at if fact is not None else None
