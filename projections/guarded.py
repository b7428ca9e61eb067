"""What the guards of a citizen's actions ask of a ticket, as a view remembers it: to offer him what he can do now, the
ticket's whole history need not be read.

The guards stand in ``hotline.ticket``, and so does what each fact means to them (``evolving``, ``elsewhere``); here it stands
once more, for the few fields they look at.  A test over random histories holds both to the same offers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from hotline.ticket.ticket import OVER, State, Ticket
from projections.moments import moment
from projections.view import Doc


class _Source(NamedTuple):
    kind: str


class _Handed(NamedTuple):
    handoff: str
    platform: str
    binds: bool


@dataclass(frozen=True, slots=True)
class Guarded:
    """These fields of a ``Ticket``, and no other: a guard that looks at one more fails here, and says nothing false."""

    state: State
    source: _Source
    text_withheld: bool
    attached: int
    urged_at: datetime | None
    closed_at: datetime | None
    handed: _Handed | None
    restricted: bool
    erased: bool

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def about_team(self) -> None:
        """Whom of the house it is about is not the citizen's to know; he is in no team, so it never stops him."""


def guarded(doc: Doc) -> Ticket:
    """The ticket of a document, as far as the guards of a citizen's actions ask (``Guarded``)."""
    handed = doc["handed"]
    found = Guarded(
        state=State(doc["state"]),
        source=_Source(doc["source"]),
        text_withheld=doc["text_withheld"],
        attached=doc["attached"],
        urged_at=moment(doc["urged_at"]),
        closed_at=moment(doc["closed_at"]),
        handed=_Handed(*handed) if handed is not None else None,
        restricted=doc["restricted"],
        erased=doc["erased"],
    )
    return cast(Ticket, found)


def begun(fact: f.TicketReceived) -> Doc:
    """What a new ticket's document holds of it, beside ``state``, ``restricted`` and ``erased``."""
    return {
        "source": fact.source.kind,
        "text_withheld": fact.text is None,
        "attached": 0,
        "urged_at": None,
        "closed_at": None,
        "handed": None,
        "handed_before": None,
    }


def remembered(doc: Doc, recorded: Recorded) -> Doc:
    """What a fact changes of it: only the entries that change."""
    means = _MEANS.get(type(recorded.fact))
    return means(doc, recorded.fact, recorded) if means is not None else {}


def _over(doc: Doc, fact: Any, recorded: Recorded) -> Doc:
    return {"closed_at": recorded.recorded_at}


def _handed_off(doc: Doc, fact: h.TicketHandedOff, recorded: Recorded) -> Doc:
    return {} if fact.keep else {"handed": [str(fact.handoff), fact.platform, not fact.follow_up]}


def _ended(doc: Doc, fact: h.HandOffEnded, recorded: Recorded) -> Doc:
    of_this = doc["handed"] is not None and doc["handed"][0] == str(fact.handoff)
    return {"handed": None} if of_this else {}


def _back(doc: Doc, fact: Any, recorded: Recorded) -> Doc:
    return {"handed": None, "handed_before": doc["handed"]}


def _voided(doc: Doc, fact: h.HandOffVoided, recorded: Recorded) -> Doc:
    if fact.withdrawn:
        return _over(doc, fact, recorded)
    return {"handed": doc["handed_before"], "handed_before": None}


_MEANS: Mapping[type, Callable[[Doc, Any, Recorded], Doc]] = {
    f.TicketClosed: _over,
    f.TicketWithdrawn: _over,
    f.TicketVoided: _over,
    f.TicketReopened: lambda doc, fact, recorded: {"closed_at": None},
    f.TicketUrged: lambda doc, fact, recorded: {"urged_at": recorded.recorded_at},
    f.FileAttached: lambda doc, fact, recorded: {"attached": doc["attached"] + 1},
    h.TicketHandedOff: _handed_off,
    h.HandOffEnded: _ended,
    h.HandOffReported: lambda doc, fact, recorded: {} if fact.outcome is None else {"handed": None},
    h.HandOffArrived: _back,
    h.HandedBack: _back,
    h.HandOffVoided: _voided,
}
