"""A simulated clock moved so that whatever waits for a moment on the way happens at that moment, not at the next look.

The clock and the expert desk of a running hotline look several times a second; where months pass in minutes that is far too
seldom. So whoever moves the clock lets both work at each moment that somebody waits for. Both only ask: what they find done
already is done once.
"""

from __future__ import annotations

from datetime import datetime

from projections import consultations, due_list, seats
from projections.follow import keep_up
from workers.clock import TheClock
from workers.compose import House
from workers.expert_desk import ExpertDesk
from workers.simulated import Clock

VIEWS = (due_list.VIEW, seats.VIEW, consultations.VIEW)


def move(house: House, clock: Clock, to: datetime, *, stop: bool = False) -> int:
    """Move to a moment; with ``stop`` only until something has happened. Returns how much has: rings, and offers to seats."""
    happened, tried = settle(house), clock()
    while not (stop and happened) and (waits := _next(house, tried)) is not None and waits <= to:
        tried = clock.set(waits)
        happened += settle(house)
    if not (stop and happened):
        clock.set(to)
        happened += settle(house)
    return happened


def settle(house: House) -> int:
    """Let everything happen that is due now."""
    happened = 0
    for _ in range(100):  # what cannot be rung is told in the log and must not keep the clock here
        keep_up(house.views, VIEWS, house.hotline.facts_after)
        done = TheClock(house).ring() + ExpertDesk(house).step()
        if done == 0:
            break
        happened += done
    return happened


def _next(house: House, after: datetime) -> datetime | None:
    """The next moment somebody waits for; one that has been tried is not waited for again."""
    promised = consultations.next_promised(house.views, after)
    due = due_list.next_at(house.views, after)
    return min((moment for moment in (promised, due) if moment is not None), default=None)
