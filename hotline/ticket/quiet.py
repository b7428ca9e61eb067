"""Facts that do not spoil a form somebody is filling in.

``If-Match`` protects a clerk from overwriting what a colleague decided.  A citizen's urge, a note, a clock that rings or
a card from above change nothing the clerk decided upon: the form stands, and the guards still judge the action.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket.reading_facts import TicketRead

QUIET: tuple[type[f.TicketFact], ...] = (
    f.TicketUrged,
    f.SupplementGiven,
    f.NoteAdded,
    f.FileAttached,
    f.CallerUnmasked,
    f.ClockRang,
    f.DuesConfirmed,
    f.TicketSupervised,
    f.SupervisionEscalated,
    TicketRead,
)


def standing(history: Iterable[Recorded], seen: int) -> int:
    """The version up to which a form made at version ``seen`` still stands."""
    for recorded in history:
        if recorded.originator_version > seen:
            if not isinstance(recorded.fact, QUIET):
                break
            seen = recorded.originator_version
    return seen
