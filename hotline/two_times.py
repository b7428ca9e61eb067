"""The two times of a fact: when we knew it, and from when it was so.  Whoever looks back asks by one of them, or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from hotline.command import Refused
from hotline.facts import Recorded
from hotline.ticket.facts import TicketReceived


def stood_from(recorded: Recorded) -> datetime:
    """From when it was so; a ticket is there from when it was taken down, not from when the trouble it tells of began."""
    return recorded.recorded_at if type(recorded.fact) is TicketReceived else recorded.when


def up_to(
    facts: Iterable[Recorded], *, as_of: datetime | None = None, happened_by: datetime | None = None
) -> Iterator[Recorded]:
    """Those of the facts that were known at ``as_of`` and stood by ``happened_by``, in the order of the log."""
    for recorded in facts:
        known = as_of is None or recorded.recorded_at <= as_of
        if known and (happened_by is None or stood_from(recorded) <= happened_by):
            yield recorded


def come(now: datetime, *, as_of: datetime | None, happened_by: datetime | None) -> None:
    """Whoever looks back names moments that have come.  Raises Refused ``moment_in_future``."""
    for name, moment in (("as_of", as_of), ("happened_by", happened_by)):
        if moment is not None and moment > now:
            raise Refused("moment_in_future", name=name)
